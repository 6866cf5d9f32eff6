import { log, setHandler } from '@temporalio/workflow';
import { COMMANDS } from '../src/domain/decision.js';
import { assertAcceptable, completed, isRepeat, signalRefusal } from './acceptance.js';
import { takeAlert } from './alerts.js';
import { receive, resumeInTime } from './course.js';
import { alertSignal, commandSignals, commandUpdates, stateQuery } from './messages.js';
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
    setHandler(commandSignals[command], (request) => {
      const complete = completed(request);
      const refused = isRepeat(run, complete) ? null : signalRefusal(run, command, complete);
      if (refused === null) receive(run, command, complete, 'signal');
      else log.warn(`signal ignored: ${refused}`);
    });
  }
  setHandler(alertSignal, (alert) => takeAlert(run, alert));
}
