import { ApplicationFailure, log, setHandler } from '@temporalio/workflow';
import { describeApproval, hasQuorum } from '../../src/domain/approval.js';
import type { CommandRequest, CommandSource, ReceivedCommand } from '../../src/domain/decision.js';
import { GROUP_COMMANDS, type GroupCommand, groupRefusal } from '../../src/domain/group-state.js';
import { claimedIdentity } from '../../src/identity/verify-statement.js';
import { assertShape, completed, proven } from '../acceptance.js';
import { groupQuery, groupSignals, groupUpdates, memberCutOverSignal } from '../messages.js';
import { now } from '../run.js';
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
  const { statement, ...asked } = request;
  const identity = source === 'update' && statement !== undefined ? claimedIdentity(statement) : null;
  const subject = identity === null ? {} : { subject: identity.subject, actor: identity.subject };
  const received = { ...asked, command, source, at: now(), ...subject };
  if (command === 'approve') return takeYes(run, received);
  const { actor, reason } = received;
  const words = `${command} by ${actor}${reason === '' ? '' : `: ${reason}`}`;
  run.stop ??= { outcome: 'aborted', line: { ...lineOf(received), action: command, reason: words } };
}

/** Where several people are asked, each yes is a line of the ledger, and the last one is acted on. */
function takeYes(run: GroupRun, received: ReceivedCommand): void {
  const { approval } = run.state;
  if (approval) {
    const { actor, source, at, reason } = received;
    const more = { ...approval, given: [...approval.given, { actor, source, at, reason, basis: run.state.wave }] };
    updateGroup(run, { approval: more });
    if (!hasQuorum(more))
      return decideGroup(run, { ...lineOf(received), action: 'approve', reason: describeApproval(more) });
  }
  run.approval ??= received;
}

/** Who asked, for the ledger. */
export function lineOf({ actor, subject, source }: ReceivedCommand) {
  return { actor, source, ...(subject === undefined ? {} : { subject }) };
}
