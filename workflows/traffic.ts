import { CancellationScope, sleep } from '@temporalio/workflow';
import { type Exposure, stableRoute, trialRoute } from '../src/domain/exposure.js';
import type { Route } from '../src/domain/route.js';
import { persistent } from './activity-proxies.js';
import { decide, type Run, update } from './run.js';

/** Gateways measure a lease by their own clocks; this much longer is surely over. */
const LEASE_SLACK_MS = 1000;

/** A replica that can't be told of a rise for this long fails the rollout: it would assign users differently from the others. */
const RAISE_TIMEOUT = '2m';

/** The route of the trial now in force. */
export function currentTrialRoute(run: Run): Route {
  const { weightPercent, shadowPercent, epoch } = run.state;
  return trialRoute(run.input.spec, run.input.rolloutId, epoch, { weightPercent, shadowPercent });
}

/** Exposes the candidate to more traffic, in a new epoch, once every gateway has confirmed it. */
export async function expose(run: Run, exposure: Exposure, reason: string): Promise<void> {
  const epoch = run.state.epoch + 1;
  // Counted before the gateways hear of it: should this be cut short, the way back needs an epoch above it.
  update(run, { epoch });
  const route = trialRoute(run.input.spec, run.input.rolloutId, epoch, exposure);
  const words = `${run.state.candidate}: weight ${exposure.weightPercent} %, shadow ${exposure.shadowPercent} %`;
  await persistent.setTraffic.executeWithOptions({ summary: words, scheduleToCloseTimeout: RAISE_TIMEOUT }, [route]);
  update(run, { ...exposure });
  run.outbox.route = route;
  decide(run, { action: 'set-weight', reason: `${words} (${reason})` });
}

/** Makes the candidate what serves. From here on it needs no lease: losing the control plane must not move users. */
export async function promote(run: Run): Promise<void> {
  const epoch = run.state.epoch + 1;
  update(run, { epoch });
  const route = stableRoute(run.input.spec, run.input.rolloutId, epoch, 'candidate');
  await persistent.setTraffic.executeWithOptions({ summary: `cutover: ${run.state.candidate} serves all` }, [route]);
  update(run, { weightPercent: 100, shadowPercent: 0 });
  run.outbox.route = route;
}

/**
 * Gives all traffic back to the baseline. While the candidate was leased, a gateway that can't be reached falls back by itself, so
 * the wait ends with the lease at the latest; a cutover has no lease, so there it lasts until every gateway has confirmed.
 */
export async function restoreBaseline(run: Run): Promise<void> {
  const leased = run.state.phases.cutover.status === 'pending';
  const route = stableRoute(run.input.spec, run.input.rolloutId, run.state.epoch + 1, 'baseline');
  const summary = `rollback: ${run.state.baseline} serves all`;
  const confirmed = persistent.setTraffic.executeWithOptions({ summary }, [route]);
  if (leased) {
    const scope = new CancellationScope();
    const leaseMs = run.input.spec.watch.lease + LEASE_SLACK_MS;
    const leaseOver = scope.run(() => sleep(leaseMs, { summary: 'unreachable gateways have lost their lease' }));
    await Promise.race([confirmed, leaseOver]).finally(() => scope.cancel());
    leaseOver.catch(() => undefined);
    confirmed.catch(() => undefined);
  } else await confirmed;
  update(run, { epoch: route.epoch, weightPercent: 0, shadowPercent: 0 });
  run.outbox.route = route;
}
