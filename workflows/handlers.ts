import { ApplicationFailure, log, setHandler, uuid4 } from '@temporalio/workflow';
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

/** Answers the query and takes commands. Handlers only record; the main loop acts. */
export function handleMessages(run: Run): void {
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
      const complete = { decisionId: uuid4(), actor: 'signal', reason: '', ...request };
      const refused = isRepeat(run, complete) ? null : refusal(run.state, command);
      if (refused === null) receive(run, command, complete, 'signal');
      else log.warn(`signal ignored: ${refused}`);
    });
  }
}

function isRepeat(run: Run, request: CommandRequest): boolean {
  return run.inbox.seen.includes(request.decisionId);
}

function assertAcceptable(run: Run, command: Command, request: CommandRequest): void {
  for (const field of ['decisionId', 'actor', 'reason'] as const)
    if (typeof request?.[field] !== 'string')
      throw ApplicationFailure.nonRetryable(`${command}: ${field} is missing`, 'COMMAND_REFUSED');
  const refused = isRepeat(run, request) ? null : refusal(run.state, command);
  if (refused !== null) throw ApplicationFailure.nonRetryable(refused, 'COMMAND_REFUSED');
}

/** Repeats and late comers change nothing: the first stop counts, and a stop beats an approval whatever their order. */
function receive(run: Run, command: Command, request: CommandRequest, source: CommandSource): void {
  if (isRepeat(run, request)) return;
  run.inbox.seen.push(request.decisionId);
  const { decisionId, actor, reason } = request;
  const received: ReceivedCommand = { decisionId, actor, reason, command, source, at: now() };
  switch (command) {
    case 'approve':
      run.inbox.approval ??= received;
      return;
    case 'pause':
      update(run, { paused: { actor, reason, at: received.at } });
      decide(run, { action: 'pause', actor, source, reason });
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
