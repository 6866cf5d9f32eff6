import { Context } from '@temporalio/activity';
import { judgeAbTest } from '../src/analysis/ab-test.js';
import { judgeLook, type Look, type Measured } from '../src/analysis/look.js';
import { judgeSampleCount } from '../src/analysis/sample-count.js';
import { judgeShadow } from '../src/analysis/shadow.js';
import { unreadable } from '../src/analysis/unreadable.js';
import { describeError, SluiceError } from '../src/domain/errors.js';
import type { ProgressByMetric } from '../src/domain/guardrail-progress.js';
import { isMeasurableInShadow } from '../src/domain/metric.js';
import type { Route } from '../src/domain/route.js';
import type { Guardrail } from '../src/domain/spec/guardrail.js';
import type { AbTest, Shadow } from '../src/domain/spec/phases.js';
import { type Evidence, verdictSignature } from '../src/domain/verdict.js';
import type { MetricSource } from '../src/ports/metric-source.js';
import type { Scope, Store } from '../src/ports/store.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';

/** What a stretch of constant traffic must have shown before the rollout moves on. */
export type Gate =
  | { readonly kind: 'samples'; readonly minSamples: number }
  | { readonly kind: 'shadow'; readonly plan: Shadow }
  | { readonly kind: 'abTest'; readonly plan: AbTest };

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
}

export interface WatchDeps {
  readonly router: TrafficRouter;
  readonly store: Store;
  readonly metrics: MetricSource;
}

export const createWatchActivities = (deps: WatchDeps) => ({
  /**
   * Watches live traffic for one window: at every tick it renews the candidate's lease and judges all guardrails and the
   * gate. Returns when a verdict changes, else at the end of the window. Cancellation ends the sleep.
   * Every judgement is made from the store's sums since the epoch began; what is carried from look to look (how many failed, which
   * planned looks were made) goes into the heartbeat, so that a retry on another worker goes on where this one stopped.
   */
  async watch(input: WatchInput): Promise<WatchSummary> {
    const until = performance.now() + input.windowMs;
    let progress = lastHeartbeat() ?? input.progress ?? {};
    for (let looks = 1; ; looks += 1) {
      const superseded = await renewLease(deps.router, input.route);
      const summary = { ...(await look(deps, input, progress)), looks, superseded };
      progress = summary.progress;
      Context.current().heartbeat({ looks, progress });
      const changed = verdictSignature(summary.evidence, summary.gate) !== input.known;
      if (superseded !== null || changed || performance.now() + input.tickMs > until) return summary;
      await Context.current().sleep(input.tickMs);
    }
  },
});

export type WatchActivities = ReturnType<typeof createWatchActivities>;

/** Where the attempt before this one got to. */
function lastHeartbeat(): ProgressByMetric | undefined {
  const details = Context.current().info.heartbeatDetails as { progress?: ProgressByMetric } | undefined;
  return details?.progress;
}

/**
 * A gateway that can't be reached loses its lease by itself; one with a newer route means that this watch is over.
 * @returns why the route is not in force any more; null where it is
 */
async function renewLease(router: TrafficRouter, route: Route): Promise<string | null> {
  try {
    await router.apply(route);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    if (error.code === 'EPOCH_STALE') return describeError(error);
    if (error.code !== 'GATEWAY_UNREACHABLE') throw error;
    Context.current().log.warn('lease not renewed on every gateway', { cause: describeError(error) });
  }
  return null;
}

async function look(
  { metrics, store }: WatchDeps,
  input: WatchInput,
  progress: ProgressByMetric,
): Promise<Look & { gate: Evidence }> {
  const { route, gate, alpha } = input;
  const scope: Scope = {
    service: route.service,
    epochs: [route.epoch, route.epoch],
    ...(route.rolloutId === null ? {} : { rolloutId: route.rolloutId }),
  };
  const arm = gate.kind === 'shadow' ? 'shadow' : 'candidate';
  const guardrails = input.guardrails.filter(
    ({ metric }) => arm === 'candidate' || metric === 'kayenta' || isMeasurableInShadow(metric),
  );
  const measured = await Promise.all(
    guardrails.map((guardrail) =>
      measure(metrics, guardrail, scope, arm).catch(
        (error: unknown): Measured => ({ guardrail, error: describeError(error) }),
      ),
    ),
  );
  const answer = await readGate({ metrics, store }, gate, scope).catch((error: unknown) =>
    unreadable(gate.kind, describeError(error), false),
  );
  return { ...judgeLook(measured, alpha, progress), gate: answer };
}

async function measure(
  metrics: MetricSource,
  guardrail: Guardrail,
  scope: Scope,
  arm: 'candidate' | 'shadow',
): Promise<Measured> {
  if (guardrail.metric !== 'kayenta')
    return { guardrail, comparison: await metrics.compare(guardrail.metric, scope, arm) };
  const series = await Promise.all(
    guardrail.config.metrics.map(async ({ name, query }) => [
      name,
      await metrics.series(query.metric, scope, arm, guardrail.interval),
    ]),
  );
  return { guardrail, series: Object.fromEntries(series) };
}

async function readGate(
  { metrics, store }: Pick<WatchDeps, 'metrics' | 'store'>,
  gate: Gate,
  scope: Scope,
): Promise<Evidence> {
  switch (gate.kind) {
    case 'shadow':
      return judgeShadow(gate.plan, await store.shadowSummary(scope));
    case 'samples': {
      const arms = await store.armSummaries(scope);
      return judgeSampleCount(gate.minSamples, arms.find(({ arm }) => arm === 'candidate')?.requests ?? 0);
    }
    case 'abTest': {
      const { baseline, candidate } = await metrics.compare(gate.plan.primary, scope, 'candidate');
      if (baseline.kind !== 'proportion' || candidate.kind !== 'proportion')
        throw new SluiceError('SPEC_INVALID', `${gate.plan.primary} is measured as ${baseline.kind}, not as a share`);
      return judgeAbTest(gate.plan, baseline.value, candidate.value).evidence;
    }
  }
}
