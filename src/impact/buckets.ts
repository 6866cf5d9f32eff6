import { DAY_MS, HOUR_MS } from '../domain/duration.js';
import type { BucketValue } from '../ports/impact-data.js';
import type { SegmentedModel } from '../stats/impact/segmented-regression.js';
import { coefficientsOf, comparableWith } from '../stats/impact/segmented-regression.js';

/** Widths with the fewest buckets before and after the cutover that each is good for, widest first. */
const WIDTHS: readonly { readonly ms: number; readonly before: number; readonly after: number }[] = [
  { ms: DAY_MS, before: 14, after: 7 },
  { ms: HOUR_MS, before: 12, after: 6 },
  { ms: 600_000, before: 12, after: 6 },
  { ms: 60_000, before: 12, after: 6 },
  { ms: 10_000, before: 0, after: 0 },
];

/** More buckets tell no more, and their regression takes long. */
const MOST_BEFORE = 400;

/** Days where there are weeks of them, else hours, and shorter ones for trials of minutes. @param beforeMs, afterMs as planned, so that all looks have the same */
export function bucketWidth(beforeMs: number, afterMs: number): number {
  const fits = WIDTHS.find(({ ms, before, after }) => beforeMs / ms >= before && afterMs / ms >= after);
  return fits?.ms ?? 10_000;
}

/** The buckets that lie wholly before the rollout began, and those that lie wholly after the cutover; what is between them belongs to neither. */
export interface BucketRange {
  readonly bucketMs: number;
  /** ISO: where bucket 0 begins, at the cutover or up to ten seconds after it, which is how finely gateways count. */
  readonly origin: string;
  /** First and last, both inclusive; empty where the last is below the first. */
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
}

export interface ImpactTimes {
  readonly startedAt: string;
  readonly cutoverAt: string;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** ISO; what has been recorded until then. */
  readonly at: string;
}

export function bucketRange({ startedAt, cutoverAt, beforeMs, afterMs, at }: ImpactTimes): BucketRange {
  const bucketMs = bucketWidth(beforeMs, afterMs);
  const origin = Math.ceil(Date.parse(cutoverAt) / 10_000) * 10_000;
  const started = Date.parse(startedAt);
  const first = Math.ceil((started - beforeMs - origin) / bucketMs);
  const last = Math.floor((started - origin) / bucketMs) - 1;
  const end = Math.min(Date.parse(at), origin + afterMs);
  return {
    bucketMs,
    origin: new Date(origin).toISOString(),
    before: [Math.max(first, last - MOST_BEFORE + 1), last],
    after: [0, Math.floor((end - origin) / bucketMs) - 1],
  };
}

export function timeOfBucket({ origin, bucketMs }: Pick<BucketRange, 'origin' | 'bucketMs'>, bucket: number): string {
  return new Date(Date.parse(origin) + bucket * bucketMs).toISOString();
}

/** Values that a regression leaves over to judge its errors by, at least. */
const SPARE = 5;

/** A metric's buckets, cut by the rollout. */
export interface MetricSeries {
  readonly before: readonly BucketValue[];
  readonly after: readonly BucketValue[];
}

/** A model, and the buckets that it judges; what it takes for granted, in words. */
export interface ChosenModel {
  readonly model: SegmentedModel;
  /** Without what came after at a weekday or an hour that never came before: nothing is there to compare it with. */
  readonly series: MetricSeries;
  readonly words: string;
  readonly assumptions: readonly string[];
}

/**
 * The fullest model that the buckets can carry. A rhythm is modelled once it was seen twice before; a trend once it can be told from the rhythm; a change of
 * the slope once there are enough buckets after. @returns null where not even a change of level can be judged
 */
export function chooseModel(bucketMs: number, { before, after: all }: MetricSeries): ChosenModel | null {
  const rhythms = rhythmsOf(bucketMs).filter(({ season }) => before.length >= 2 * season.period);
  const seasons = rhythms.map(({ season }) => season);
  const isComparable = comparableWith(
    seasons,
    before.map(({ bucket }) => bucket),
  );
  const series = { before, after: all.filter(({ bucket }) => isComparable(bucket)) };
  const { length: after } = series.after;
  const longest = Math.max(0, ...seasons.map(({ period }) => period));
  const hasTrend = before.length >= Math.max(14, 2 * longest);
  for (const [trend, change] of [
    [hasTrend, after >= 4],
    [hasTrend, false],
    [false, false],
  ] as const) {
    const model: SegmentedModel = { hasTrend: trend, hasSlopeChange: trend && change, seasons };
    const isEnough = before.length + after >= coefficientsOf(model) + SPARE;
    const names = rhythms.map(({ name }) => name);
    if (isEnough && before.length >= 4 && after >= 2)
      return { model, series, ...wordsOf(model, names, series, all.length - after) };
  }
  return null;
}

function rhythmsOf(bucketMs: number) {
  if (bucketMs === DAY_MS) return [{ name: 'weekday', season: { period: 7, harmonics: 3 } }];
  if (bucketMs !== HOUR_MS) return [];
  return [
    { name: 'hour of the day', season: { period: 24, harmonics: 3 } },
    { name: 'weekday', season: { period: 168, harmonics: 3 } },
  ];
}

function wordsOf(
  { hasTrend, hasSlopeChange }: SegmentedModel,
  names: readonly string[],
  { before, after }: MetricSeries,
  leftOut: number,
) {
  const parts = [
    'level',
    ...(hasTrend ? ['trend'] : []),
    ...names,
    `change of level${hasSlopeChange ? ' and slope' : ''}`,
  ];
  const without = leftOut === 0 ? '' : `, without ${leftOut} whose ${names.join(' or ')} never came before`;
  return {
    words: `${parts.join(', ')} over ${before.length} buckets before and ${after.length} after${without}`,
    assumptions: [
      hasTrend
        ? 'the trend before would have gone on'
        : 'there was no trend: there are too few buckets before to see one',
      ...(names.length === 0
        ? ['there is no rhythm: too few buckets to see one']
        : [`the rhythm (${names.join(', ')}) stayed as it was`]),
      'nothing else changed at the cutover',
    ],
  };
}
