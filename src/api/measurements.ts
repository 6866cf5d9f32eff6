import type { FastifyInstance } from 'fastify';
import { describeError, SluiceError } from '../domain/errors.js';
import { BUCKET_MS } from '../domain/observation.js';
import { type DriftReport, none, type Part } from '../domain/report.js';
import { hasEnded, type RolloutState } from '../domain/rollout-state.js';
import type { ReportData, ReportSpan, VersionBucket } from '../ports/report-data.js';
import type { Store } from '../ports/store.js';
import { driftReport, MOST_ROWS } from '../report/parts/drift.js';
import { impactSeries } from '../report/parts/impact.js';
import { intervalFor } from '../report/parts/performance.js';
import { sketchCount, sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { getDrift, getImpact, getSeries, listExperiments } from './endpoints/rollouts.js';
import { pageOf } from './page-of.js';
import { stateOf } from './rollouts.js';
import type { RolloutSeries } from './schema/rollout.js';
import { serve } from './serve.js';

const MOST_POINTS = 500;
const MOST_WEIGHTS = 500;
/** Drift is judged anew at most so often: it reads thousands of rows. */
const DRIFT_KEPT_MS = 10_000;

/** What was measured in the time of a rollout, by version. */
export function measurementRoutes(server: FastifyInstance, store: Store, data: ReportData): void {
  serve(server, getSeries, async ({ params: { rolloutId }, query }) => {
    const state = await stateOf(store, rolloutId);
    const span = spanOf(state, query.since);
    const intervalMs = widthOf(span, query.interval);
    const [buckets, weights] = await Promise.all([
      data.buckets(span, intervalMs),
      data.weights(rolloutId, MOST_WEIGHTS),
    ]);
    return {
      rolloutId,
      since: span.since,
      until: span.until,
      intervalMs,
      versions: byVersion(buckets),
      weights: [...weights.rows],
    };
  });

  serve(server, listExperiments, async ({ params: { rolloutId }, query }) => {
    await stateOf(store, rolloutId);
    const { items, next } = await pageOf(query, () => data.experiments(rolloutId), { at: 'up' });
    return { experiments: items, next };
  });

  serve(server, getImpact, async ({ params: { rolloutId } }) => {
    await stateOf(store, rolloutId);
    return { impact: impactSeries(await data.impacts(rolloutId)) };
  });

  const driftOf = remembered((state: RolloutState) => judgeDrift(data, state));
  serve(server, getDrift, async ({ params: { rolloutId } }) => ({
    drift: await driftOf(await stateOf(store, rolloutId)),
  }));
}

/** @param since ISO; absent: when it began */
function spanOf(state: RolloutState, since: string | undefined): ReportSpan {
  const { service, rolloutId, startedAt, updatedAt, status } = state;
  const until = hasEnded(status) ? Date.parse(updatedAt) + 1 : Date.now();
  const from = since === undefined ? Date.parse(startedAt) : Math.max(Date.parse(since), Date.parse(startedAt));
  if (from > until) throw new SluiceError('USAGE', `since: ${since} is after what is measured`);
  return { service, rolloutId, since: new Date(from).toISOString(), until: new Date(until).toISOString() };
}

/** What was asked for, in whole buckets, and wide enough for so many points. */
function widthOf({ since, until }: ReportSpan, asked: number | undefined): number {
  if (asked === undefined) return intervalFor(since, until);
  const least = (Date.parse(until) - Date.parse(since)) / MOST_POINTS;
  return Math.ceil(Math.max(asked, least, 1) / BUCKET_MS) * BUCKET_MS;
}

function byVersion(buckets: readonly VersionBucket[]): RolloutSeries['versions'] {
  const versions = new Map<string, RolloutSeries['versions'][number]['points']>();
  for (const { version, at, requests, errors, latency } of buckets) {
    const points = versions.get(version) ?? [];
    versions.set(version, points);
    const quantile = (q: number) => (sketchCount(latency) === 0 ? null : sketchQuantile(latency, q));
    points.push({ at, requests, errors, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) });
  }
  return [...versions].map(([version, points]) => ({ version, points }));
}

async function judgeDrift(data: ReportData, state: RolloutState): Promise<Part<DriftReport>> {
  const span = spanOf(state, undefined);
  const rows = (version: string) => data.inputs(span, version, MOST_ROWS);
  const found = { baseline: await rows(state.baseline), candidate: await rows(state.candidate) };
  try {
    return driftReport(span, state, found);
  } catch (error) {
    // Odd data: the rest of the page is no less true.
    return none(`It could not be computed: ${describeError(error).slice(0, 300)}.`);
  }
}

/** Whoever asks for what was just made, or is being made, gets that. */
function remembered<T>(make: (state: RolloutState) => Promise<T>): (state: RolloutState) => Promise<T> {
  const kept = new Map<string, { readonly at: number; readonly made: Promise<T> }>();
  return (state) => {
    const now = performance.now();
    for (const [id, { at }] of kept) if (now - at > DRIFT_KEPT_MS) kept.delete(id);
    const known = kept.get(state.rolloutId);
    if (known !== undefined) return known.made;
    const made = make(state);
    kept.set(state.rolloutId, { at: now, made });
    made.catch(() => kept.delete(state.rolloutId));
    return made;
  };
}
