import { DAY_MS, HOUR_MS } from '../domain/duration.js';
import { SluiceError } from '../domain/errors.js';
import type { TrafficForecast } from '../domain/experiment.js';
import type { Metric } from '../domain/metric.js';
import { metricNamed } from '../domain/spec/metric-definition.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { PLANNING_HISTORY_MS } from '../experiment/design.js';
import type { ArmBucketSummary, Store } from '../ports/store.js';
import { mergeSketches } from '../stats/sketch/latency-sketch.js';
import { type LabelHistory, type PlanTraffic, type ShareHistory, UNKNOWN_TRAFFIC } from './traffic.js';

/** Fewer requests than this in a day have no hours worth telling apart. */
const LEAST_BY_HOUR = 2400;
const LONGEST_FORECAST_MS = 20_000;

export type MeasuredStore = Pick<
  Store,
  'armSeries' | 'labelCounts' | 'labelledOutcomes' | 'feedbackSummaries' | 'experiments'
>;

interface Span {
  readonly service: string;
  /** ISO. */
  readonly since: string;
  readonly until: string;
}

/**
 * What the record says of a service's traffic, as far as the spec's plan rests on it.
 * @param windowMs how far back; whole days give an hour-by-hour picture
 * @returns source `unknown` where nothing is recorded
 * @throws {SluiceError} STORE_UNAVAILABLE
 */
export async function measureTraffic(
  store: MeasuredStore,
  spec: RolloutSpec,
  nowMs: number,
  windowMs: number = DAY_MS,
): Promise<PlanTraffic> {
  const span = {
    service: spec.service,
    since: new Date(nowMs - windowMs).toISOString(),
    until: new Date(nowMs).toISOString(),
  };
  const live = (await store.armSeries(span, HOUR_MS)).filter(({ arm }) => arm !== 'shadow');
  const forecast = await forecastOf(store, spec, span.until);
  if (live.length === 0) return { ...UNKNOWN_TRAFFIC, forecast };
  const ours = live.filter(({ arm }) => arm === 'baseline');
  const requests = sum(ours.map((bucket) => bucket.requests));
  const labels = asks(spec, 'prediction_drift') ? await labelsOf(store, span, requests) : null;
  return {
    source: 'measured',
    ...rateOf(live, nowMs, windowMs),
    until: span.until,
    shares: await sharesOf(store, spec, span, ours),
    latency: mergeSketches(...ours.map(({ latency }) => latency)),
    labels,
    forecast,
  };
}

/** A service that is younger than the span is not idle for the rest of it. */
function rateOf(
  buckets: readonly ArmBucketSummary[],
  nowMs: number,
  windowMs: number,
): Pick<PlanTraffic, 'requestsPerSecond' | 'byHour' | 'since'> {
  const first = Math.min(...buckets.map(({ bucketStart }) => Date.parse(bucketStart)));
  const from = Math.max(first, nowMs - windowMs);
  const requests = sum(buckets.map((bucket) => bucket.requests));
  const days = windowMs / DAY_MS;
  const isWhole = Number.isInteger(days) && first <= nowMs - windowMs + HOUR_MS;
  return {
    since: new Date(from).toISOString(),
    requestsPerSecond: requests / (Math.max(nowMs - from, 1000) / 1000),
    byHour: isWhole && requests >= LEAST_BY_HOUR * days ? hoursOf(buckets, days) : null,
  };
}

/** Requests a second by UTC hour. The first and the last hour are cut, and make up one whole hour together. */
function hoursOf(buckets: readonly ArmBucketSummary[], days: number): number[] {
  const byHour = Array.from({ length: 24 }, () => 0);
  for (const { bucketStart, requests } of buckets) {
    const hour = new Date(bucketStart).getUTCHours();
    byHour[hour] = (byHour[hour] ?? 0) + requests / (days * (HOUR_MS / 1000));
  }
  return byHour;
}

async function sharesOf(
  store: MeasuredStore,
  spec: RolloutSpec,
  span: Span,
  ours: readonly ArmBucketSummary[],
): Promise<PlanTraffic['shares']> {
  const requests = sum(ours.map((bucket) => bucket.requests));
  if (requests === 0) return {};
  const shares: Partial<Record<Metric, ShareHistory>> = {
    error_rate: { perRequest: 1, value: sum(ours.map(({ errors }) => errors)) / requests },
  };
  const keep = (metric: Metric, yes: number, of: number) => {
    if (of > 0) shares[metric] = { perRequest: of / requests, value: yes / of };
  };
  const needsLabels = spec.phases.canary.steps.some((step) => 'minLabels' in step && step.minLabels !== undefined);
  if (asks(spec, 'accuracy') || needsLabels) {
    const outcomes = (await store.labelledOutcomes(span)).filter(({ arm }) => arm === 'baseline');
    keep('accuracy', sum(outcomes.map(({ correct }) => correct)), sum(outcomes.map(({ joined }) => joined)));
  }
  for (const kind of ['conversion', 'thumb'] as const) {
    if (!asks(spec, kind)) continue;
    const given = (await store.feedbackSummaries(span, kind)).filter(({ arm }) => arm === 'baseline');
    keep(kind, sum(given.map((one) => one.sum)), sum(given.map(({ count }) => count)));
  }
  return shares;
}

async function labelsOf(store: MeasuredStore, span: Span, requests: number): Promise<LabelHistory | null> {
  const rows = (await store.labelCounts(span)).filter(({ arm }) => arm === 'baseline');
  // Labels may be any text, `__proto__` as well.
  const counts = new Map<string, number>();
  for (const { label, count } of rows) if (label !== null) counts.set(label, (counts.get(label) ?? 0) + count);
  if (counts.size === 0 || requests === 0) return null;
  return { perRequest: sum([...counts.values()]) / requests, counts: Object.fromEntries(counts) };
}

/** What the A/B evaluation is planned from; null where there is none, or its metric is nobody's. */
async function forecastOf(store: MeasuredStore, spec: RolloutSpec, until: string): Promise<TrafficForecast | null> {
  const { abTest } = spec.phases;
  const primary = abTest && metricNamed(abTest.primary, spec.metrics);
  if (!abTest || !primary || abTest.kind === 'interleaving') return null;
  const historyMs = abTest.planning?.history ?? PLANNING_HISTORY_MS;
  const question = { service: spec.service, until, historyMs, primary, beforeMs: abTest.cuped?.before ?? null };
  try {
    return await store.experiments.forecast(question, { signal: AbortSignal.timeout(LONGEST_FORECAST_MS) });
  } catch (error) {
    // A metric that can't be read here says nothing of the rest of the plan.
    if (error instanceof SluiceError && error.code === 'STORE_UNAVAILABLE') throw error;
    return null;
  }
}

function asks({ guardrails }: RolloutSpec, metric: Metric): boolean {
  return guardrails.some((guardrail) => guardrail.metric === metric);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
