import type { ImpactPoint, MethodFinding } from '../domain/impact-report.js';
import type { BucketValue } from '../ports/impact-data.js';
import { comparableWith, type SegmentedRegression, segmentedRegression } from '../stats/impact/segmented-regression.js';
import { robustScores } from '../stats/series/outliers.js';
import { type BucketRange, type ChosenModel, chooseModel, type MetricSeries, timeOfBucket } from './buckets.js';
import { estimateOf, findingOf, type Question, unknown } from './finding.js';
import { formatValue, type Unit } from './words.js';

/** Far beyond what normal noise does in any series of this length: an outage, a broken counter. */
const OUTLIER_SCORE = 6;
/** More than this share of strange buckets is how the series is. */
const MOST_OUTLIERS = 0.1;

export interface SeriesAnalysis {
  readonly finding: MethodFinding;
  readonly fit: SegmentedRegression | null;
  readonly chosen: ChosenModel | null;
  readonly points: ImpactPoint[];
  readonly outliers: string[];
}

/** Those of a series that lie within a range. */
export function seriesIn(
  { before, after }: Pick<BucketRange, 'before' | 'after'>,
  values: readonly BucketValue[],
): MetricSeries {
  const within = ([first, last]: readonly [number, number]) =>
    values.filter(({ bucket }) => bucket >= first && bucket <= last).sort((a, b) => a.bucket - b.bucket);
  return { before: within(before), after: within(after) };
}

/** The series against itself before: level, trend and rhythm go on, and what differs from that after the cutover is the effect. */
export function analyseSeries(question: Question, series: MetricSeries, range: BucketRange): SeriesAnalysis {
  const [before, after] = [series.before.length, series.after.length];
  const refuse = (why: string): SeriesAnalysis => ({
    finding: unknown(question, 'regression', why, { before, after }),
    fit: null,
    chosen: null,
    points: pointsOf(series, range, null, new Set()),
    outliers: [],
  });
  const chosen = chooseModel(range.bucketMs, series);
  if (chosen === null)
    return refuse(
      `of ${before} buckets before and ${after} after too few can be compared for a change to be told from noise`,
    );
  const values = [...chosen.series.before, ...chosen.series.after];
  if (values.every(({ value }) => value === values[0]?.value))
    return refuse(`the series is constant at ${formatValue(values[0]?.value ?? 0, question.unit)}`);
  const { fit, kept, strange } = withoutOutliers(question, chosen);
  const lead = `against its own course before (${chosen.words})`;
  const mean = estimateOf(fit.meanEffect, fit.relativeEffect);
  const end = estimateOf(fit.endEffect, null);
  const finding = findingOf(
    question,
    'regression',
    { mean, end, pValue: fit.meanEffect.pValue, lead },
    { samples: { before, after: chosen.series.after.length }, assumptions: chosen.assumptions },
  );
  // A model without a finite effect has no finite course to show.
  const fitted = finding.says === 'unknown' ? null : { fit, kept };
  return {
    finding,
    fit: fitted && fit,
    chosen: fitted && chosen,
    points: pointsOf(series, range, fitted, strange),
    outliers: wordsOf(values, strange, new Set(kept.map(({ bucket }) => bucket)), range, question.unit),
  };
}

function fitOf({ alpha }: Question, values: readonly BucketValue[], { model }: ChosenModel): SegmentedRegression {
  const timed = { times: values.map(({ bucket }) => bucket), values: values.map(({ value }) => value) };
  return segmentedRegression(timed, 0, model, { confidence: 1 - alpha });
}

interface SoberFit {
  readonly fit: SegmentedRegression;
  readonly kept: readonly BucketValue[];
  /** Buckets that are unlike all others, kept or not. */
  readonly strange: ReadonlySet<number>;
}

/**
 * The worst one is dropped and the rest fitted anew, again and again: a single outage bends the rhythm, so that its weekday looks strange in all weeks. What
 * is strangest after the cutover may be the effect, and ends the search.
 */
function withoutOutliers(question: Question, chosen: ChosenModel): SoberFit {
  const { before, after } = chosen.series;
  const all = [...before, ...after];
  const whole = fitOf(question, all, chosen);
  const strange = new Set<number>();
  for (let [fit, kept] = [whole, all]; ; ) {
    const worst = strangest(fit, kept);
    if (worst !== null) strange.add(worst);
    if (worst === null || worst >= 0) return { fit, kept, strange };
    if (strange.size > MOST_OUTLIERS * before.length) return { fit: whole, kept: all, strange };
    const rest = kept.filter(({ bucket }) => bucket !== worst);
    if (!isWholeWithout(rest, chosen)) return { fit, kept, strange };
    kept = rest;
    fit = fitOf(question, kept, chosen);
  }
}

/** Whether there is still something to compare all later buckets with. */
function isWholeWithout(rest: readonly BucketValue[], { model }: ChosenModel): boolean {
  const buckets = rest.map(({ bucket }) => bucket);
  const earlier = buckets.filter((bucket) => bucket < 0);
  return buckets.every(comparableWith(model.seasons, earlier));
}

function strangest({ residuals }: SegmentedRegression, values: readonly BucketValue[]): number | null {
  // Of a sum that overflowed: they say nothing of single buckets.
  if (!residuals.every(Number.isFinite)) return null;
  const scores = (robustScores(residuals).scores ?? []).map(Math.abs);
  const most = Math.max(0, ...scores);
  return most > OUTLIER_SCORE ? (values[scores.indexOf(most)]?.bucket ?? null) : null;
}

/** What is strange after the cutover may be the effect: it is named, and stays. */
function wordsOf(
  values: readonly BucketValue[],
  strange: ReadonlySet<number>,
  kept: ReadonlySet<number>,
  range: BucketRange,
  unit: Unit,
): string[] {
  return values
    .filter(({ bucket }) => strange.has(bucket))
    .map(({ bucket, value }) => {
      const fate = kept.has(bucket) ? 'counted' : 'left out';
      return `${timeOfBucket(range, bucket)}: ${formatValue(value, unit)} is unlike all others (${fate})`;
    });
}

interface FittedBuckets {
  readonly fit: SegmentedRegression;
  readonly kept: readonly BucketValue[];
}

function pointsOf(
  { before, after }: MetricSeries,
  range: BucketRange,
  fitted: FittedBuckets | null,
  strange: ReadonlySet<number>,
): ImpactPoint[] {
  const values = new Map(fitted?.kept.map(({ bucket }, i) => [bucket, fitted.fit.fitted[i] ?? null]));
  const later = fitted?.kept.filter(({ bucket }) => bucket >= 0);
  const withouts = new Map(later?.map(({ bucket }, i) => [bucket, fitted?.fit.counterfactual[i]]));
  const of = (when: 'before' | 'after', { bucket, value, samples }: BucketValue): ImpactPoint => {
    const without = withouts.get(bucket);
    const isLeftOut = fitted !== null && !values.has(bucket);
    return {
      at: timeOfBucket(range, bucket),
      when: isLeftOut ? 'left-out' : when,
      value,
      samples,
      counterfactual: without?.value ?? null,
      low: without?.low ?? null,
      high: without?.high ?? null,
      fitted: values.get(bucket) ?? null,
      isOutlier: strange.has(bucket),
    };
  };
  return [...before.map((one) => of('before', one)), ...after.map((one) => of('after', one))];
}
