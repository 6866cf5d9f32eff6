import type { RunMonitor } from '../../domain/monitor.js';
import type { UserMonitor } from '../../domain/spec/monitors/users.js';
import type { MonitorData } from '../../ports/monitor-data.js';
import { unmeasurable } from '../windows/outcome.js';
import { evaluateUsers } from './evaluate.js';

/** What the store can't answer is thrown, for the activity's retries. */
export function createUserMonitor(data: MonitorData): RunMonitor<UserMonitor> {
  return async (spec, run) => {
    const { service, at, signal } = run;
    const serving = await data.serving(service);
    if (serving === null)
      return unmeasurable(run, 'users', `${service} has no route: nobody knows which versions serve`);
    const ends = Date.parse(at) - (spec.delay ?? 0);
    const iso = (ms: number) => new Date(ms).toISOString();
    const window = { since: iso(ends - spec.window), until: iso(ends) };
    const feedback = await data.feedback({ service, ...window });
    signal.throwIfAborted();
    // Met in the window before, and again in this one.
    const met = { service, since: iso(ends - 2 * spec.window), until: window.since };
    const returns = await data.returns(met, window.until);
    return evaluateUsers(spec, { serving, feedback, returns, window }, run);
  };
}
