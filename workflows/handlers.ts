import { ApplicationFailure, condition, log, setHandler, uuid4 } from '@temporalio/workflow';
import { basisOf, describeApproval, hasQuorum } from '../src/domain/approval.js';
import { refusal } from '../src/domain/commands.js';
import {
  COMMANDS,
  type Command,
  type CommandRequest,
  type CommandSource,
  type ReceivedCommand,
} from '../src/domain/decision.js';
import { commandSignals, commandUpdates, stateQuery } from './messages.js';
import { decide, now, type Run, update } from './run.js';

/** Of an actor, a reason or a decision id. */
const LONGEST_TEXT = 1000;

/** Answers the query and takes commands. Handlers only record; the main loop acts. */
export function handleMessages(run: Run): void {
  // A pause with an end goes on over continue-as-new.
  resumeInTime(run);
  setHandler(stateQuery, () => run.state);
  for (const command of COMMANDS) {
    setHandler(
      commandUpdates[command],
      (request) => {
        receive(run, command, request, 'update');
        return run.state;
      },
      { validator: (request) => assertAcceptable(run, command, request) },
    );
    setHandler(commandSignals[command], (request) => {
      const complete = completed(request);
      const refused = isRepeat(run, complete) ? null : refusal(run.state, command, complete.actor);
      if (refused === null) receive(run, command, complete, 'signal');
      else log.warn(`signal ignored: ${refused}`);
    });
  }
}

/** A signal may carry anything; what is no text is left out, and nothing may grow the history without bound. */
function completed(request: unknown): CommandRequest {
  const given = typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {};
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : undefined);
  return {
    decisionId: text(given['decisionId']) ?? uuid4(),
    actor: text(given['actor']) ?? 'signal',
    reason: text(given['reason']) ?? '',
    ...(isDuration(given['forMs']) ? { forMs: given['forMs'] } : {}),
  };
}

function isRepeat(run: Run, request: CommandRequest): boolean {
  return run.inbox.seen.includes(request.decisionId);
}

function assertAcceptable(run: Run, command: Command, request: CommandRequest): void {
  for (const field of ['decisionId', 'actor', 'reason'] as const) {
    const value: unknown = request?.[field];
    if (typeof value !== 'string')
      throw ApplicationFailure.nonRetryable(`${command}: ${field} is not a text`, 'COMMAND_REFUSED');
    if (value.length > LONGEST_TEXT)
      throw ApplicationFailure.nonRetryable(
        `${command}: ${field} has ${value.length} characters, at most ${LONGEST_TEXT} are taken`,
        'COMMAND_REFUSED',
      );
  }
  if (request.forMs !== undefined && !isDuration(request.forMs))
    throw ApplicationFailure.nonRetryable(
      `${command}: forMs ${String(request.forMs)} is not in 1..366d`,
      'COMMAND_REFUSED',
    );
  if (command === 'extend' && request.forMs === undefined)
    throw ApplicationFailure.nonRetryable('extend: by how long? (forMs, --for)', 'COMMAND_REFUSED');
  const refused = isRepeat(run, request) ? null : refusal(run.state, command, request.actor);
  if (refused !== null) throw ApplicationFailure.nonRetryable(refused, 'COMMAND_REFUSED');
}

/** Repeats and late comers change nothing: the first stop counts, and a stop beats an approval whatever their order. */
function receive(run: Run, command: Command, request: CommandRequest, source: CommandSource): void {
  if (isRepeat(run, request)) return;
  run.inbox.seen.push(request.decisionId);
  const { decisionId, actor, reason } = request;
  const forMs = request.forMs === undefined ? {} : { forMs: request.forMs };
  const received: ReceivedCommand = { decisionId, actor, reason, command, source, at: now(), ...forMs };
  switch (command) {
    case 'approve':
      takeYes(run, received);
      return;
    case 'pause':
      pause(run, received);
      return;
    case 'promote':
      if (run.state.waiting?.kind === 'hold') run.inbox.approval ??= received;
      else run.inbox.skip ??= received;
      return;
    case 'promote-full':
      run.inbox.full ??= received;
      decide(run, { action: 'promote-full', actor, source, reason, evidence: run.state.evidence });
      return;
    case 'extend':
      extend(run, received);
      return;
    case 'resume':
      update(run, { paused: null });
      decide(run, { action: 'resume', actor, source, reason });
      return;
    case 'reject':
    case 'abort':
    case 'rollback': {
      const outcome = command === 'abort' ? 'aborted' : 'rolled-back';
      const words = `${command} by ${actor}${reason === '' ? '' : `: ${reason}`}`;
      run.inbox.stop ??= { outcome, action: command, actor, source, reason: words, evidence: run.state.evidence };
      return;
    }
  }
}

/** Where several people are asked, each yes is a line of the ledger, and the last one is acted on. */
function takeYes(run: Run, received: ReceivedCommand): void {
  const { approval } = run.state;
  if (approval) {
    const { actor, source, at, reason } = received;
    const given = { actor, source, at, reason, basis: basisOf(run.input.specDigest, run.state) };
    const now = { ...approval, given: [...approval.given, given] };
    update(run, { approval: now });
    if (!hasQuorum(now)) {
      decide(run, { action: 'approve', actor, source, reason: `${describeApproval(now)}${reason && `: ${reason}`}` });
      return;
    }
  }
  run.inbox.approval ??= received;
}

const LONGEST_MS = 366 * 24 * 3_600_000;

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= LONGEST_MS;
}

function pause(run: Run, { actor, source, reason, at, forMs }: ReceivedCommand): void {
  const until = forMs === undefined ? {} : { until: new Date(Date.parse(at) + forMs).toISOString() };
  update(run, { paused: { actor, reason, at, ...until } });
  decide(run, { action: 'pause', actor, source, reason: until.until ? `until ${until.until}: ${reason}` : reason });
  resumeInTime(run);
}

/** Ends a pause that has an end, unless somebody has ended it before. */
function resumeInTime(run: Run): void {
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

function extend(run: Run, { actor, source, reason, forMs = 0 }: ReceivedCommand): void {
  const { waiting } = run.state;
  if (!waiting?.until) return;
  const until = new Date(Date.parse(waiting.until) + forMs).toISOString();
  update(run, { waiting: { ...waiting, until } });
  decide(run, { action: 'extend', actor, source, reason: `${waiting.note}: until ${until}${reason && `: ${reason}`}` });
}
