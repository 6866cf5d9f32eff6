import { ApplicationFailure, log, setHandler } from '@temporalio/workflow';
import { describeApproval, hasQuorum } from '../../src/domain/approval.js';
import type { CommandRequest, CommandSource, ReceivedCommand } from '../../src/domain/decision.js';
import { GROUP_COMMANDS, type GroupCommand, groupRefusal } from '../../src/domain/group-state.js';
import { asReceived, assertShape, completed, proven } from '../acceptance.js';
import { groupQuery, groupSignals, groupUpdates, memberCutOverSignal } from '../messages.js';
import { allMembers, decideGroup, type GroupRun, updateGroup, updateMember } from './run.js';

/** Answers the query and takes commands. Handlers only record; the main loop acts. */
export function handleGroupMessages(run: GroupRun): void {
  setHandler(groupQuery, () => run.state);
  for (const command of GROUP_COMMANDS) {
    setHandler(
      groupUpdates[command],
      (request) => {
        receive(run, command, request, 'update');
        return run.state;
      },
      { validator: (request) => assertAcceptable(run, command, request) },
    );
    setHandler(groupSignals[command], (request) => {
      const complete = completed(request);
      const refused = signalRefusal(run, command, complete);
      if (refused === null) receive(run, command, complete, 'signal');
      else log.warn(`signal ignored: ${refused}`);
    });
  }
  setHandler(memberCutOverSignal, (rolloutId) => {
    const member = allMembers(run.state).find((one) => one.rolloutId === rolloutId);
    if (member?.status === 'running') updateMember(run, member, { status: 'cut-over' });
  });
}

function assertAcceptable(run: GroupRun, command: GroupCommand, request: CommandRequest): void {
  assertShape(command, request);
  const { name, startedAt } = run.state;
  const who = proven({ service: `group/${name}`, startedAt }, command, request);
  if (run.seen.includes(request.decisionId)) return;
  const refused = groupRefusal(run.state, command, who ?? { subject: request.actor, roles: [] });
  if (refused !== null) throw ApplicationFailure.nonRetryable(refused, 'COMMAND_REFUSED');
}

/** Nobody proves who sends a bare signal: it can only stop. */
function signalRefusal(run: GroupRun, command: GroupCommand, request: CommandRequest): string | null {
  if (command === 'approve') return 'approve came as a bare signal, which proves nobody';
  return groupRefusal(run.state, command, { subject: request.actor, roles: [] });
}

/** Repeats and late comers change nothing: the first stop counts, and a stop beats an approval whatever their order. */
function receive(run: GroupRun, command: GroupCommand, request: CommandRequest, source: CommandSource): void {
  if (run.seen.includes(request.decisionId)) return;
  run.seen.push(request.decisionId);
  const taken = asReceived(command, request, source);
  if (command === 'approve') return takeYes(run, taken);
  const { actor, reason } = taken;
  const words = `${command} by ${actor}${reason === '' ? '' : `: ${reason}`}`;
  run.stop ??= { outcome: 'aborted', line: { ...lineOf(taken), action: command, reason: words } };
}

/** Where several people are asked, each yes is a line of the ledger, and the last one is acted on. */
function takeYes(run: GroupRun, yes: ReceivedCommand): void {
  const { approval } = run.state;
  if (approval) {
    const { actor, source, at, reason } = yes;
    const more = { ...approval, given: [...approval.given, { actor, source, at, reason, basis: run.state.wave }] };
    updateGroup(run, { approval: more });
    if (!hasQuorum(more))
      return decideGroup(run, { ...lineOf(yes), action: 'approve', reason: describeApproval(more) });
  }
  run.approval ??= yes;
}

/** Who asked, for the ledger. */
export function lineOf({ actor, subject, source }: ReceivedCommand) {
  return { actor, source, ...(subject === undefined ? {} : { subject }) };
}
