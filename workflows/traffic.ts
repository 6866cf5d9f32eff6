import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  patched,
  sleep,
} from '@temporalio/workflow';
import { type Exposure, stableRoute, trialRoute } from '../src/domain/exposure.js';
import type { Route } from '../src/domain/route.js';
import { limited, persistent } from './activity-proxies.js';
import { causeOf, decide, now, type Run, update } from './run.js';

/** Gateways measure a lease by their own clocks; this much longer is surely over. */
const LEASE_SLACK_MS = 1000;

/** A replica that can't be told of a rise for this long fails the rollout: it would assign users differently from the others. */
const RAISE_TIMEOUT = '2m';

/** Whoever was not renewed for this long has lost the candidate. */
function leaseOverMs(run: Run): number {
  return run.input.spec.watch.lease + LEASE_SLACK_MS;
}

/** A watch that is called off hears of it with a heartbeat, and may have renewed the lease just before. */
const HEARTBEAT_MS = 2000;

/** After this, a gateway that can't be told has lost the candidate, whatever the last watch of it has done. */
function fallenBackMs(run: Run): number {
  return leaseOverMs(run) + run.input.spec.watch.tick + HEARTBEAT_MS;
}

/** The route of the trial now in force. */
export function currentTrialRoute(run: Run, exposure: Exposure): Route {
  return trialRoute(run.input.spec, run.input.rolloutId, run.state.epoch, exposure);
}

/** Exposes the candidate to more traffic, in a new epoch, once every gateway has confirmed it. */
export async function expose(run: Run, exposure: Exposure, reason: string): Promise<void> {
  await neverOnceStopped(run);
  const epoch = run.state.epoch + 1;
  // Counted before the gateways hear of it: should this be cut short, the way back needs an epoch above it.
  update(run, { epoch });
  const route = trialRoute(run.input.spec, run.input.rolloutId, epoch, exposure);
  const words = `${run.state.candidate}: weight ${exposure.weightPercent} %, shadow ${exposure.shadowPercent} %`;
  // A replica that is gone must not stop everybody; once its lease has run out it serves the baseline, should it still serve at all.
  const options = { summary: words, scheduleToCloseTimeout: RAISE_TIMEOUT };
  await persistent.setTraffic.executeWithOptions(options, [route, leaseOverMs(run)]);
  update(run, { weightPercent: exposure.weightPercent, shadowPercent: exposure.shadowPercent });
  run.outbox.route = route;
  decide(run, { action: 'set-weight', reason: `${words} (${reason})` });
}

/** A stop may come in the same moment as the yes that leads here: then nothing moves forward any more. */
async function neverOnceStopped(run: Run): Promise<void> {
  if (run.inbox.stop !== null) await condition(() => false);
}

/** Makes the candidate what serves. From here on it needs no lease: losing the control plane must not move users. */
export async function promote(run: Run): Promise<void> {
  await neverOnceStopped(run);
  const epoch = run.state.epoch + 1;
  update(run, { epoch, reason: `${run.state.candidate} serves all once every gateway has confirmed it` });
  const route = stableRoute(
    run.input.spec,
    run.input.rolloutId,
    epoch,
    'candidate',
    run.input.spec.phases.impact?.holdback ?? 0,
  );
  const reason = `${run.state.candidate} serves all of ${run.state.service}`;
  await persistent.setTraffic.executeWithOptions({ summary: `cutover: ${run.state.candidate} serves all` }, [route]);
  update(run, { weightPercent: 100, shadowPercent: 0, reason });
  run.outbox.route = route;
}

/**
 * Gives all traffic back to the baseline. While the candidate was leased, a gateway that can't be reached falls back by itself, so
 * the wait ends with the lease at the latest; a cutover has no lease, so there it lasts until every gateway has confirmed.
 */
export async function restoreBaseline(run: Run): Promise<void> {
  const leased = run.state.phases.cutover.status === 'pending';
  if (patched('rollback-shown')) showWayBack(run, leased ? fallenBackMs(run) : null);
  const scope = new CancellationScope();
  const summary = 'unreachable gateways have lost their lease';
  const leaseOver = leased
    ? scope.run(() => sleep(fallenBackMs(run), { summary }))
    : new Promise<never>(() => undefined);
  leaseOver.catch(() => undefined);
  await Promise.race([sendBaseline(run), leaseOver]).finally(() => scope.cancel());
  update(run, { weightPercent: 0, shadowPercent: 0 });
}

/** Until all have confirmed it, whoever looks must not take the rollout for one that goes on. */
function showWayBack(run: Run, longestMs: number | null): void {
  const { baseline, weightPercent } = run.state;
  const until = longestMs === null ? null : new Date(Date.now() + longestMs).toISOString();
  const note = `${baseline} serves all once every gateway has confirmed it, or lost its lease`;
  const waiting = { kind: 'rollback', since: now(), until, note } as const;
  update(run, { waiting, reason: `going back from ${weightPercent} %: ${run.inbox.stop?.reason ?? ''}` });
}

/** Takes the way back once while nobody is exposed: every gateway is told to serve the baseline, and the baseline is well. */
export async function drillRollback(run: Run): Promise<void> {
  const { baseline } = run.state;
  const epoch = run.state.epoch + 1;
  update(run, { epoch });
  const route = stableRoute(run.input.spec, run.input.rolloutId, epoch, 'baseline');
  const options = { summary: `drill: ${baseline} serves all`, scheduleToCloseTimeout: RAISE_TIMEOUT };
  const { gateways } = await persistent.setTraffic.executeWithOptions(options, [route, leaseOverMs(run)]);
  await limited.assertBaselineReady.executeWithOptions({ summary: `is ${baseline} well?` }, [run.input.spec]);
  run.outbox.route = route;
  decide(run, {
    action: 'drill',
    reason: `the way back is open: ${gateways === 1 ? '1 gateway serves' : `${gateways} gateways serve`} ${baseline}, which is ready`,
  });
}

/** Whether what serves again is well; traffic is there already, so that all this can do is tell. */
export async function checkTarget(run: Run): Promise<void> {
  const { baseline } = run.state;
  const options = { summary: `is ${baseline} well?` };
  await limited.assertBaselineReady.executeWithOptions(options, [run.input.spec]).catch((error: unknown) => {
    decide(run, { action: 'check', reason: `${baseline} serves all, and is not well: ${causeOf(error)}` });
  });
}

/** Steps down a little at a time, as far as nothing goes wrong on the way; what is left goes at once. */
export async function descend(run: Run): Promise<void> {
  const { spec, rolloutId } = run.input;
  const start = run.state.weightPercent;
  if (start === 0) return;
  update(run, { reason: `going back over ${spec.rollback.over} ms: ${run.inbox.stop?.reason ?? ''}`, waiting: null });
  // Each step renews the lease by being a new route.
  const pauseMs = Math.max(1, Math.round(Math.min(spec.watch.lease / 2, spec.rollback.over / 4)));
  const steps = Math.ceil(spec.rollback.over / pauseMs);
  for (let step = 1; step < steps && !run.inbox.isUrgent; step += 1) {
    const weightPercent = Math.round(start * (1 - step / steps) * 100) / 100;
    const epoch = run.state.epoch + 1;
    update(run, { epoch });
    const route = trialRoute(spec, rolloutId, epoch, { weightPercent, shadowPercent: 0 });
    const words = `${run.state.candidate}: down to ${weightPercent} %`;
    const options = { summary: words, scheduleToCloseTimeout: spec.watch.lease };
    const isSet = await persistent.setTraffic.executeWithOptions(options, [route]).then(
      () => true,
      () => false,
    );
    if (!isSet) return;
    update(run, { weightPercent });
    run.outbox.route = route;
    decide(run, { action: 'set-weight', reason: words });
    await condition(() => Boolean(run.inbox.isUrgent), pauseMs, { summary: words });
  }
}

/** A rollback wins over everything: where somebody else has set a newer epoch meanwhile, it takes one above that. */
async function sendBaseline(run: Run): Promise<void> {
  const summary = `rollback: ${run.state.baseline} serves all`;
  for (;;) {
    if (run.inbox.stop?.isTakenOver && patched('third-version-kept') && (await keptThird(run))) return;
    const epoch = run.state.epoch + 1;
    update(run, { epoch });
    const route = stableRoute(run.input.spec, run.input.rolloutId, epoch, 'baseline');
    run.outbox.route = route;
    try {
      await persistent.setTraffic.executeWithOptions({ summary }, [route]);
      return;
    } catch (error) {
      if (typeOf(error) !== 'EPOCH_STALE') throw error;
      // Where nobody can say it now, one above the last try: it is asked again until it is above theirs.
      const newest = await limited.newestEpoch(run.state.service).catch(() => epoch);
      update(run, { epoch: Math.max(newest, run.state.epoch) });
    }
  }
}

/**
 * A person may have sent all back to a third version, without this workflow (`rollback --force --to`): that is a rollback too, and newer than this one. It is
 * told again to all gateways, as it may have reached some of them only.
 * @returns whether it is so
 */
async function keptThird(run: Run): Promise<boolean> {
  const { service, baseline, candidate } = run.state;
  const options = { summary: 'has a person sent all to a third version?' };
  const route = await limited.takenOver.executeWithOptions(options, [service, [baseline, candidate]]).catch(() => null);
  if (route === null) return false;
  const { version } = route.baseline;
  const told = persistent.setTraffic.executeWithOptions({ summary: `${version} serves all, as it was set` }, [route]);
  const isTold = await told.then(
    () => true,
    (error: unknown) => {
      if (typeOf(error) === 'EPOCH_STALE') return false;
      throw error;
    },
  );
  if (!isTold) return keptThird(run);
  update(run, { epoch: Math.max(route.epoch, run.state.epoch) });
  run.outbox.route = route;
  decide(run, { action: 'check', reason: `${version} serves all, as was set in epoch ${route.epoch}: it is left so` });
  return true;
}

/** The type of the failure that an activity ended with. */
function typeOf(error: unknown): string | undefined {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
    ? (error.cause.type ?? undefined)
    : undefined;
}
