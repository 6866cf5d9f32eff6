import { Context } from '@temporalio/activity';
import { judgeImpact } from '../src/analysis/impact.js';
import { unreadable } from '../src/analysis/unreadable.js';
import { describeError } from '../src/domain/errors.js';
import { type ImpactSummary, summaryOf } from '../src/domain/impact-report.js';
import { isMetric } from '../src/domain/metric.js';
import type { MetricDefinition } from '../src/domain/spec/metric-definition.js';
import type { NotifyTarget } from '../src/domain/spec/notify.js';
import type { Impact } from '../src/domain/spec/phases.js';
import type { Evidence } from '../src/domain/verdict.js';
import { type BucketRange, bucketRange } from '../src/impact/buckets.js';
import { judgeHoldback } from '../src/impact/holdback-integrity.js';
import { reportOf } from '../src/impact/report.js';
import type { AlertSink } from '../src/ports/alert-sink.js';
import type { MetricSource } from '../src/ports/metric-source.js';
import type { QueryReader } from '../src/ports/query-reader.js';
import type { Store } from '../src/ports/store.js';
import type { TrafficRouter } from '../src/ports/traffic-router.js';
import { actOnHarm, endHoldback, type HarmResult, type HoldbackResult } from './impact-acts.js';
import { gatherEvidence, holdbackQuestion } from './impact-evidence.js';
import { newestRoute } from './newest-route.js';

export interface ImpactWindow {
  readonly since: string;
  readonly until: string;
}

/** What one look is about. */
export interface ImpactLook {
  readonly rolloutId: string;
  readonly service: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly plan: Impact;
  /** The spec's own metrics among those of the plan. */
  readonly definitions: readonly MetricDefinition[];
  readonly startedAt: string;
  readonly cutoverAt: string;
  /** From 1. */
  readonly look: number;
  readonly isFinal: boolean;
}

export interface ImpactLookResult {
  /** The whole report is in the store. */
  readonly summary: ImpactSummary | null;
  /** Why there is nothing left to look at; null while the candidate serves. */
  readonly gone: string | null;
}

/** Harm that was found, and what is to be done about it. */
export interface ImpactHarm {
  readonly rolloutId: string;
  readonly service: string;
  readonly candidate: string;
  readonly look: number;
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  readonly isToGoBack: boolean;
  readonly notify: readonly NotifyTarget[];
}

export interface ImpactDeps {
  readonly metrics: MetricSource;
  readonly store: Store;
  readonly router: TrafficRouter;
  readonly alerts: AlertSink;
  readonly queries?: QueryReader | undefined;
}

export const createImpactActivities = (deps: ImpactDeps) => ({
  /** Reads all series, judges them, and keeps the report under the look's number, so that a retry keeps the first. */
  lookAtImpact: (look: ImpactLook): Promise<ImpactLookResult> =>
    takeLook(deps, look, Context.current().cancellationSignal),

  /** Opens an incident, lets the rollout hear of it where it is to go back, and says who is to be told. All of it may be repeated. */
  actOnHarm: (harm: ImpactHarm): Promise<HarmResult> => actOnHarm(deps, harm),

  /**
   * Gives the units that were held back to the version that serves all others, in a newer epoch. A rollout that runs owns the epochs: then nothing is done,
   * and it is asked again later.
   */
  endHoldback: (of: Pick<ImpactLook, 'rolloutId' | 'service'>): Promise<HoldbackResult> => endHoldback(deps, of),

  /** For analyses that began when there was one look: each metric after the cutover against before the rollout, whichever version answered. */
  compareImpact: (
    service: string,
    names: Impact['metrics'],
    before: ImpactWindow,
    after: ImpactWindow,
  ): Promise<Evidence[]> => compareOnce(deps, service, names, { before, after }),
});

export type ImpactActivities = ReturnType<typeof createImpactActivities>;

async function takeLook(deps: ImpactDeps, look: ImpactLook, signal: AbortSignal): Promise<ImpactLookResult> {
  const gone = await whyGone(deps, look);
  if (gone !== null) return { summary: null, gone };
  const { plan, startedAt, cutoverAt } = look;
  const at = new Date().toISOString();
  const range = bucketRange({ startedAt, cutoverAt, beforeMs: plan.before, afterMs: plan.after, at });
  const reading = { data: deps.store.impact, queries: deps.queries, signal };
  const gathered = [];
  for (const name of plan.metrics) gathered.push(await gatherEvidence(reading, look, name, range));
  const { voided, notes } = await holdbackNotes(deps.store, look, range);
  const evidence = gathered
    .filter((one) => typeof one !== 'string')
    .map((one) => (voided === null || one.holdback === null ? one : { ...one, holdback: { why: voided } }));
  const { rolloutId, service, candidate, look: number, isFinal } = look;
  const rules = {
    alpha: plan.alpha,
    tolerance: { relative: plan.tolerance, share: SHARE_TOLERANCE },
    expected: plan.expected ?? null,
  };
  const frame = { rolloutId, service, candidate, look: number, at, isFinal };
  const report = reportOf(frame, evidence, range, rules, [
    ...notes,
    ...gathered.filter((one) => typeof one === 'string'),
  ]);
  // What is acted on is what is kept: an attempt before this one may have been broken off right after it.
  return { summary: summaryOf(await deps.store.impact.keep(report)), gone: null };
}

function compareOnce(
  { metrics }: ImpactDeps,
  service: string,
  names: Impact['metrics'],
  { before, after }: { readonly before: ImpactWindow; readonly after: ImpactWindow },
): Promise<Evidence[]> {
  return Promise.all(
    names.map(async (metric) => {
      if (!isMetric(metric)) return unreadable(metric, `${metric} is not known`, false);
      try {
        const [then, now] = await Promise.all([
          metrics.measure(metric, { service, ...before }),
          metrics.measure(metric, { service, ...after }),
        ]);
        return judgeImpact(metric, then, now);
      } catch (error) {
        return unreadable(metric, describeError(error), false);
      }
    }),
  );
}

/** Half a percentage point of a share is borne, however small the share is. */
const SHARE_TOLERANCE = 0.005;

/** After a rollback, or once a later rollout has replaced it, there is nothing left to observe. */
async function whyGone(
  { router, store }: ImpactDeps,
  { rolloutId, service, candidate }: ImpactLook,
): Promise<string | null> {
  const route = await newestRoute({ router, store }, service, 'nothing');
  if (route === null || route.baseline.version === candidate) return null;
  // The rollout's own trial: where no gateway answers, the store may not know of the cutover yet.
  if (route.rolloutId === rolloutId && route.candidate?.version === candidate) return null;
  return `${service} is served by ${route.baseline.version}, not ${candidate}, since epoch ${route.epoch}`;
}

async function holdbackNotes(store: Store, look: ImpactLook, range: BucketRange) {
  if (look.plan.holdback === 0) return { voided: null, notes: [] };
  const units = await store.impact.holdbackUnits(holdbackQuestion(look, range));
  return judgeHoldback(units, look.plan.holdback);
}
