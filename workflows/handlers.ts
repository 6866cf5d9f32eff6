import { log, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import { COMMANDS, type Command } from '../src/domain/decision.js';
import { assertAcceptable, completed, isRepeat, signalRefusal } from './acceptance.js';
import { takeAlert } from './alerts.js';
import { receive, resumeInTime } from './course.js';
import { alertSignal, commandUpdates, stateQuery } from './messages.js';
import type { Run } from './run.js';

/** Answers the query and takes commands and alerts. Handlers only record; the main loop acts. */
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
  }
  // One handler for all of them: what came before the first task is given to handlers name by name, and must be taken in the order it came.
  setDefaultSignalHandler((name, argument) => {
    if (name === alertSignal.name) takeAlert(run, argument);
    else if (isCommand(name)) takeSignal(run, name, argument);
    else log.warn(`signal ignored: ${name} is no command`);
  });
}

function takeSignal(run: Run, command: Command, argument: unknown): void {
  const request = completed(argument);
  const refused = isRepeat(run, request) ? null : signalRefusal(run, command, request);
  if (refused === null) receive(run, command, request, 'signal');
  else log.warn(`signal ignored: ${refused}`);
}

function isCommand(name: string): name is Command {
  return COMMANDS.some((command) => command === name);
}
