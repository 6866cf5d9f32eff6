import { condition, patched } from '@temporalio/workflow';
import { basisOf, describeApproval, hasQuorum } from '../src/domain/approval.js';
import type { Command, CommandRequest, CommandSource, ReceivedCommand } from '../src/domain/decision.js';
import { asReceived, isRepeat } from './acceptance.js';
import { decide, type Run, update } from './run.js';

/** Repeats and late comers change nothing: the first stop counts, and a stop beats an approval whatever their order. */
export function receive(run: Run, command: Command, request: CommandRequest, source: CommandSource): void {
  if (isRepeat(run, request)) return;
  run.inbox.seen.push(request.decisionId);
  act(run, asReceived(command, request, source));
}

function act(run: Run, received: ReceivedCommand): void {
  const { inbox } = run;
  switch (received.command) {
    case 'approve':
      return takeYes(run, received);
    case 'delegate':
      return delegate(run, received);
    case 'pause':
      return pause(run, received);
    case 'resume':
      update(run, { paused: null });
      return note(run, received);
    case 'promote':
      return take(run, run.state.waiting?.kind === 'hold' ? 'approval' : 'skip', received);
    case 'promote-full':
      inbox.full ??= received;
      return note(run, received);
    case 'extend':
      return extend(run, received);
    case 'jump':
    case 'set-weight':
      // The newest counts: it was asked for with the ones before it in sight.
      inbox.move = received;
      return note(run, received, moveWords(received));
    case 'set-owner':
      update(run, { owner: received.to ?? run.state.owner });
      return note(run, received, `owned by ${received.to}`);
    case 'break-glass':
      return take(run, 'glass', received);
    case 'supersede':
      return giveWay(run, received);
    case 'reject':
    case 'abort':
    case 'rollback':
      return takeStop(run, received);
  }
}

/** A line of the ledger about what somebody asked for. */
function note(run: Run, { command, actor, subject, source, reason }: ReceivedCommand, what = ''): void {
  const words = [what, reason].filter((text) => text !== '').join(': ');
  decide(run, {
    action: command,
    actor,
    source,
    reason: words,
    evidence: run.state.evidence,
    ...(subject === undefined ? {} : { subject }),
  });
}

function moveWords({ command, step = 0, weightPercent }: ReceivedCommand): string {
  return command === 'jump' ? `to step ${step + 1}` : `to ${weightPercent} %`;
}

function takeStop(run: Run, { command, actor, subject, source, reason }: ReceivedCommand): void {
  const outcome = command === 'abort' ? 'aborted' : 'rolled-back';
  const words = `${command} by ${actor}${reason === '' ? '' : `: ${reason}`}`;
  const action = command as 'abort' | 'rollback' | 'reject';
  // A descent that is under way is cut short.
  if (run.inbox.stop) run.inbox.isUrgent = true;
  run.inbox.stop ??= {
    outcome,
    action,
    actor,
    source,
    reason: words,
    evidence: run.state.evidence,
    ...(subject === undefined ? {} : { subject }),
  };
}

/** A newer candidate comes: this one ends, and keeps what it has reached once it serves all. */
function giveWay(run: Run, received: ReceivedCommand): void {
  note(run, received, `by ${received.to}`);
  if (run.state.phases.cutover.status === 'running' && run.state.weightPercent === 100) {
    run.inbox.isFinal = true;
    return;
  }
  const { actor, source } = received;
  run.inbox.stop ??= {
    outcome: 'aborted',
    action: 'abort',
    actor,
    source,
    reason: `superseded by ${received.to}`,
    evidence: run.state.evidence,
  };
}

/** Where several people are asked, each yes is a line of the ledger, and the last one is acted on. */
function takeYes(run: Run, received: ReceivedCommand): void {
  const { approval } = run.state;
  if (approval) {
    const { actor, source, at, reason } = received;
    const given = { actor, source, at, reason, basis: basisOf(run.input.specDigest, run.state) };
    const now = { ...approval, given: [...approval.given, given] };
    update(run, { approval: now });
    if (!hasQuorum(now)) return note(run, received, describeApproval(now));
  }
  take(run, 'approval', received);
}

/** The first one is acted on, which writes it down; one more, while a pause holds the first, is written down as it is. */
function take(run: Run, what: 'approval' | 'skip' | 'glass', received: ReceivedCommand): void {
  if (!run.inbox[what]) run.inbox[what] = received;
  else if (patched('one-more-noted')) note(run, received);
}

function delegate(run: Run, received: ReceivedCommand): void {
  const { approval } = run.state;
  const { actor: from, to = '' } = received;
  if (!approval) return;
  update(run, { approval: { ...approval, delegated: [...(approval.delegated ?? []), { from, to }] } });
  note(run, received, `${to} may approve for ${from}`);
}

function pause(run: Run, received: ReceivedCommand): void {
  const { actor, reason, at, forMs } = received;
  const until = forMs === undefined ? {} : { until: new Date(Date.parse(at) + forMs).toISOString() };
  update(run, { paused: { actor, reason, at, ...until } });
  note(run, received, until.until ? `until ${until.until}` : '');
  resumeInTime(run);
}

/** Ends a pause that has an end, unless somebody has ended it before. */
export function resumeInTime(run: Run): void {
  const { paused } = run.state;
  if (!paused?.until) return;
  const ms = Math.max(1, Date.parse(paused.until) - Date.now());
  condition(() => run.state.paused?.at !== paused.at, ms, { summary: `pause of ${paused.actor}` }).then(
    (isOver) => {
      if (isOver || run.state.paused?.at !== paused.at) return;
      update(run, { paused: null });
      decide(run, { action: 'resume', reason: `the pause of ${paused.actor} is over` });
    },
    // The workflow is cancelled: what is paused is rolled back.
    () => undefined,
  );
}

function extend(run: Run, received: ReceivedCommand): void {
  const { waiting } = run.state;
  if (!waiting?.until) return;
  const until = new Date(Date.parse(waiting.until) + (received.forMs ?? 0)).toISOString();
  update(run, { waiting: { ...waiting, until } });
  note(run, received, `${waiting.note}: until ${until}`);
}
