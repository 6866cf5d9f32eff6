import type { ExperimentVerdict, MetricEstimate } from '../domain/experiment.js';
import { adjustPValues } from '../stats/index.js';
import type { ExperimentDesign } from './design.js';
import { boundsOf, type Difference, intervalOf, pValueOf, type Rule } from './difference.js';
import { formatEffect, formatUnits, formatValue } from './format.js';
import { judgedDifference, type Measured } from './measure.js';

export interface Bench {
  readonly design: ExperimentDesign;
  readonly rule: Rule;
  /** Of a fixed horizon: why it is not judged yet. Null: it is. */
  readonly notYet: string | null;
  /** By the metric's name: why nothing may be concluded from it. */
  readonly voids: ReadonlyMap<string, string>;
}

/** The primary metric has all of alpha, two-sided. */
export function judgePrimary(measured: Measured, bench: Bench): MetricEstimate {
  const { alpha } = bench.design;
  return conclude(
    measured,
    bench,
    { alpha, adjustedP: null, interval: (d) => intervalOf(d, bench.rule, alpha) },
    byInterval,
  );
}

/**
 * A guardrail is non-inferior when its one-sided bound at alpha is within the margin, and inferior when it is worse by more than the margin for certain. All of
 * them must be shown to hold, so none needs a correction (an intersection-union test: R. L. Berger (1982), Technometrics 24:295-300).
 */
export function judgeGuardrail(measured: Measured, bench: Bench): MetricEstimate {
  const { alpha } = bench.design;
  return conclude(
    measured,
    bench,
    { alpha, adjustedP: null, interval: (d) => boundsOf(d, bench.rule, alpha) },
    (worst, best, margin) => {
      if (worst > 0) return 'superior';
      if (worst > -(margin ?? 0)) return 'non-inferior';
      return best < -(margin ?? 0) ? 'inferior' : 'inconclusive';
    },
  );
}

/**
 * Secondary metrics and segments are one family: adjusted p-values decide, and intervals hold all together (Holm: alpha over their number; Benjamini-Hochberg:
 * alpha times the share that is selected, Y. Benjamini, D. Yekutieli (2005), JASA 100:71-81). Holm may select where its interval still holds 0.
 */
export function judgeFamily(family: readonly Measured[], bench: Bench): MetricEstimate[] {
  const { design, rule } = bench;
  const { alpha, correction } = design;
  const usable = family.map((measured) => (isUsable(measured, bench) ? judgedDifference(measured) : null));
  const pValues = usable.map((difference) => (difference === null ? Number.NaN : pValueOf(difference, rule, alpha)));
  const adjusted = correction === 'none' ? pValues : adjustPValues(pValues, correction);
  const tests = pValues.filter((p) => !Number.isNaN(p)).length;
  const selected = adjusted.filter((p) => p <= alpha).length;
  const level = intervalLevel(correction, alpha, tests, selected);
  return family.map((measured, k) => {
    const adjustedP = Number.isNaN(adjusted[k]) ? null : (adjusted[k] as number);
    const limits = { alpha: level, adjustedP, interval: (d: Difference) => intervalOf(d, rule, level) };
    return conclude(measured, bench, limits, (worst, best, margin) => {
      if (adjustedP !== null && adjustedP <= alpha) return worst + best > 0 ? 'superior' : 'inferior';
      return margin !== null && worst > -margin ? 'non-inferior' : 'inconclusive';
    });
  });
}

/** Whether the one-sided bound at alpha alone excludes a loss of the margin: less is asked than of a two-sided interval. */
export function isNonInferiorOneSided(measured: Measured, bench: Bench): boolean {
  const { margin, metric } = measured.subject;
  const difference = isUsable(measured, bench) ? judgedDifference(measured) : null;
  if (difference === null || margin === null) return false;
  const [low, high] = boundsOf(difference, bench.rule, bench.design.alpha);
  return (metric.goal === 'increase' ? low : -high) > -margin;
}

function intervalLevel(
  correction: ExperimentDesign['correction'],
  alpha: number,
  tests: number,
  selected: number,
): number {
  if (tests === 0 || correction === 'none') return alpha;
  return correction === 'holm' ? alpha / tests : (alpha * Math.max(1, selected)) / tests;
}

function byInterval(worst: number, best: number, margin: number | null): ExperimentVerdict {
  if (worst > 0) return 'superior';
  if (best < 0) return 'inferior';
  return margin !== null && worst > -margin ? 'non-inferior' : 'inconclusive';
}

function isUsable({ fault, subject }: Measured, { notYet, voids }: Bench): boolean {
  return fault === null && notYet === null && !voids.has(subject.metric.name);
}

interface Limits {
  readonly alpha: number;
  readonly adjustedP: number | null;
  readonly interval: (difference: Difference) => [number, number];
}

/** @param decide by the worst and the best that the difference may be, seen as a gain for users, and the margin */
function conclude(
  measured: Measured,
  bench: Bench,
  limits: Limits,
  decide: (worst: number, best: number, margin: number | null) => ExperimentVerdict,
): MetricEstimate {
  const { subject, arms, units, absolute, relative } = measured;
  const { metric, margin } = subject;
  const voided = bench.voids.get(metric.name);
  const judged = isUsable(measured, bench) ? judgedDifference(measured) : null;
  const ends = judged === null ? null : limits.interval(judged);
  const [worst, best] = ends === null ? [0, 0] : metric.goal === 'increase' ? ends : [-ends[1], -ends[0]];
  const verdict = ends === null ? 'inconclusive' : decide(worst, best, margin);
  const isShown = voided === undefined;
  const value = (arm: 'baseline' | 'candidate') => (isShown ? (arms?.[arm].value ?? null) : null);
  return {
    metric: metric.name,
    role: subject.role,
    segment: subject.segment,
    verdict,
    reason: `${nameOf(measured)}: ${voided ?? measured.fault ?? bench.notYet ?? resultOf(measured, verdict, ends)}`,
    baseline: { units: units.baseline, value: value('baseline') },
    candidate: { units: units.candidate, value: value('candidate') },
    effect: isShown ? effectOf(measured, absolute) : null,
    interval: judged !== null && absolute !== null ? limits.interval(absolute) : null,
    relative: isShown ? (relative?.value ?? null) : null,
    relativeInterval: judged !== null && relative !== null ? limits.interval(relative) : null,
    pValue: judged === null ? null : pValueOf(judged, bench.rule, bench.design.alpha),
    adjustedP: limits.adjustedP,
    alpha: limits.alpha,
    rule: ruleName(measured, bench.rule),
    varianceReduction: measured.varianceReduction,
  };
}

/** Arms that do not vary differ all the same, or do not. */
function effectOf({ arms }: Measured, absolute: Difference | null): number | null {
  if (arms === null) return null;
  return absolute?.value ?? arms.candidate.adjusted - arms.baseline.adjusted;
}

function ruleName({ subject }: Measured, rule: Rule): string {
  if (rule.kind === 'sequential') return 'confidence-sequence';
  if (subject.metric.kind === 'quantile') return 'quantile';
  return subject.metric.kind === 'ratio' ? 'delta-method' : 'welch';
}

function nameOf({ subject }: Measured): string {
  return subject.segment === null ? subject.metric.name : `${subject.metric.name} in ${subject.segment}`;
}

function resultOf(
  { subject, arms, units }: Measured,
  verdict: ExperimentVerdict,
  ends: readonly [number, number] | null,
): string {
  if (arms === null || ends === null) return 'nothing to judge';
  const { metric, scale, margin } = subject;
  const arm = (name: 'candidate' | 'baseline') =>
    `${name} ${formatValue(arms[name].value, metric)} of ${formatUnits(units[name])} units`;
  const [low, high] = ends.map((end) => formatEffect(end, metric, scale));
  const within =
    verdict === 'non-inferior' && margin !== null
      ? ` (by ${formatEffect(margin, metric, scale).replace('+', '')})`
      : '';
  return `${verdict}${within}; ${arm('candidate')}, ${arm('baseline')}; difference ${low} to ${high}`;
}
