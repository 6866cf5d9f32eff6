import { Context } from '@temporalio/activity';
import type { Look } from '../src/analysis/look.js';
import { overSums, unshippedReason } from '../src/analysis/unshipped.js';
import { describeError, SluiceError } from '../src/domain/errors.js';
import type { ProgressByMetric } from '../src/domain/guardrail-progress.js';
import { isMeasurableInShadow } from '../src/domain/metric.js';
import type { Route, Trip } from '../src/domain/route.js';
import type { Guardrail } from '../src/domain/spec/guardrail.js';
import { type Evidence, verdictSignature } from '../src/domain/verdict.js';
import type { Scope } from '../src/ports/store.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';
import { whileBeating } from './beating.js';
import type { ExperimentDeps } from './experiment.js';
import { createExperimentGate } from './experiment-gate.js';
import { apartFrom, type Gate, type GateDeps, type LookDeps, look, readGate } from './look.js';

export interface WatchInput {
  /** The route in force: renewed at each look, and its epoch is what observations are read by. */
  readonly route: Route;
  readonly guardrails: readonly Guardrail[];
  /** Error budget of each guardrail at this weight. */
  readonly alpha: number;
  readonly gate: Gate;
  readonly tickMs: number;
  readonly windowMs: number;
  /** What the guardrails have been through at this weight; absent at the first watch of it. */
  readonly progress?: ProgressByMetric;
  /** What the workflow knows already: the activity returns early once its verdicts differ from this. */
  readonly known: string;
}

export interface WatchSummary extends Look {
  readonly gate: Evidence;
  readonly looks: number;
  /** Why this route is not in force any more; null where it is. */
  readonly superseded: string | null;
  /** A gateway's brake has taken the candidate out; absent where none has. */
  readonly trip?: Trip;
}

export interface WatchDeps extends LookDeps, Pick<ExperimentDeps, 'events'> {
  readonly router: TrafficRouter;
}

export const createWatchActivities = (deps: WatchDeps) => ({
  /**
   * Watches live traffic for one window: at every tick it renews the candidate's lease and judges all guardrails and the
   * gate. Returns when a verdict changes, else at the end of the window. Cancellation ends the sleep.
   * Every judgement is made from the store's sums since the epoch began; what is carried from look to look (how many failed, which
   * planned looks were made) goes into the heartbeat, so that a retry on another worker goes on where this one stopped.
   * The gateways are asked first: what they have not kept back then is in the sums that are read after it.
   */
  async watch(input: WatchInput): Promise<WatchSummary> {
    const until = performance.now() + input.windowMs;
    const gateDeps = { store: deps.store, experiment: createExperimentGate(deps) };
    let progress = lastHeartbeat() ?? input.progress ?? {};
    for (let looks = 1; ; looks += 1) {
      const { superseded, trip, missing } = await renewLease(deps.router, input.route);
      const judged = await whileBeating(
        () => whileRenewing(deps.router, input.route, () => lookAtTrial({ ...deps, ...gateDeps }, input, progress)),
        () => ({ looks, progress }),
      );
      const summary = { ...judged, gate: overSums(judged.gate, missing), looks, superseded };
      progress = summary.progress;
      Context.current().heartbeat({ looks, progress });
      const changed = verdictSignature(summary.evidence, summary.gate) !== input.known;
      const tripped = trip ?? (superseded === null && !changed ? await untilNextLook(deps.router, input, until) : null);
      if (tripped !== null) {
        // The others need not wait for the workflow's next route.
        await deps.router.trip(input.route, tripped);
        return { ...summary, trip: tripped };
      }
      if (changed) await keepNewest(gateDeps);
      if (superseded !== null || changed || performance.now() > until) return summary;
    }
  },
});

export type WatchActivities = ReturnType<typeof createWatchActivities>;

/** Where the attempt before this one got to. */
function lastHeartbeat(): ProgressByMetric | undefined {
  const details = Context.current().info.heartbeatDetails as { progress?: ProgressByMetric } | undefined;
  return details?.progress;
}

interface Renewal {
  /** Why the route is not in force any more; null where it is. */
  readonly superseded: string | null;
  readonly trip: Trip | null;
  /** Why the store's sums may lack what users have met by now; null where all gateways say that they do not. */
  readonly missing: string | null;
}

/**
 * A gateway that can't be reached loses its lease by itself, and is not asked for its records once it has; one with a newer route means that this watch
 * is over.
 */
async function renewLease(router: TrafficRouter, route: Route): Promise<Renewal> {
  try {
    const applied = await router.apply(route, route.leaseMs ?? undefined);
    return {
      superseded: null,
      trip: applied.find(({ trip }) => trip)?.trip ?? null,
      missing: unshippedReason(applied),
    };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (error.code === 'EPOCH_STALE') return { superseded: describeError(error), trip: null, missing: null };
    if (error.code !== 'GATEWAY_UNREACHABLE') throw error;
    const cause = describeError(error);
    Context.current().log.warn('lease not renewed on every gateway', { cause });
    return {
      superseded: null,
      trip: null,
      missing: `not every gateway says whether all its records have arrived: ${cause}`,
    };
  }
}

/**
 * Keeps the lease while a look takes its time: a store that hangs, or has much to add up, must not take users to and fro. What the
 * gateways say meanwhile they say again before the next look.
 */
async function whileRenewing<T>(router: TrafficRouter, route: Route, work: () => Promise<T>): Promise<T> {
  const { leaseMs } = route;
  if (leaseMs === null) return work();
  const { cancellationSignal } = Context.current();
  const timer = setInterval(() => {
    // Where the watch is over, the next route is on its way, and a gateway that it does not reach must lose its lease.
    if (cancellationSignal.aborted) return clearInterval(timer);
    renewLease(router, route).then(
      ({ superseded }) => superseded !== null && clearInterval(timer),
      () => undefined,
    );
  }, leaseMs / 4);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Sleeps until the next look, which is at the window's end at the latest, or until a brake trips. */
async function untilNextLook(
  router: TrafficRouter,
  { route, tickMs }: WatchInput,
  until: number,
): Promise<Trip | null> {
  const ms = Math.min(tickMs, until - performance.now());
  if (ms <= 0) return null;
  const asking = new AbortController();
  try {
    // A gateway that answers at once must not make the looks come faster.
    const never = new Promise<never>(() => undefined);
    const trip = router.untilTripped(route, ms, asking.signal).then((found) => found ?? never);
    return await Promise.race([
      Context.current()
        .sleep(ms)
        .then(() => null),
      trip,
    ]);
  } finally {
    asking.abort();
  }
}

/** The evidence itself says what was decided on: a store that is away holds no decision up. */
async function keepNewest({ experiment }: Pick<GateDeps, 'experiment'>): Promise<void> {
  await experiment.keepNewest().catch((error: unknown) => {
    Context.current().log.warn('the look that is decided on is not in the store', { cause: describeError(error) });
  });
}

async function lookAtTrial(
  deps: WatchDeps & GateDeps,
  { route, gate, guardrails: all, alpha }: WatchInput,
  progress: ProgressByMetric,
): Promise<Look & { gate: Evidence }> {
  const { service, epoch, rolloutId } = route;
  const scope: Scope = { service, epochs: [epoch, epoch], ...(rolloutId === null ? {} : { rolloutId }) };
  const apart = apartFrom(route);
  const arm = gate.kind === 'shadow' ? 'shadow' : 'candidate';
  const guardrails = all.filter(
    ({ metric }) => arm === 'candidate' || metric === 'kayenta' || isMeasurableInShadow(metric),
  );
  const { baseline, candidate, leaseMs } = route;
  const trial = {
    baseline: baseline.version,
    candidate: candidate?.version ?? '',
    longestMs: (leaseMs ?? Number.POSITIVE_INFINITY) / 4,
    signal: Context.current().cancellationSignal,
  };
  const judged = await look(deps, { scope, arm, apart, guardrails, alpha, trial }, progress);
  return { ...judged, gate: await readGate(deps, gate, { scope, apart, signal: trial.signal }) };
}
