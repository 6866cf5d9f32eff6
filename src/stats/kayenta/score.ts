import type { Classification } from './judge.js';

export interface JudgedMetric {
  readonly classification: Classification;
  readonly group: string;
  readonly critical?: boolean;
}

interface GroupScore {
  readonly group: string;
  readonly weight: number;
  /** 0..100; null when the group has Nodata only. */
  readonly score: number | null;
}

export interface CanaryScore {
  /** 0..100, two decimals. */
  readonly score: number;
  readonly reason: string;
  readonly groups: GroupScore[];
}

/** From this share of metrics without data on, a score says nothing. */
const MOST_NODATA = 0.5;

/**
 * Weighted sum of group scores; a group's score is its share of passed metrics, those without data left out. Groups without a weight share what
 * the others leave of 100. A critical failure, or data for no more than half of the metrics, scores 0.
 * Source: spinnaker/kayenta, WeightedSumScorer.scala (a69573be).
 * @throws {RangeError} without metrics, or for weights that are negative or sum to more than 100
 */
export function canaryScore(
  metrics: readonly JudgedMetric[],
  groupWeights: Readonly<Record<string, number>> = {},
): CanaryScore {
  if (metrics.length === 0) throw new RangeError('no metrics: there is nothing to score');
  const groups = groupScores(metrics, weightsOf(metrics, groupWeights));
  if (metrics.some(({ critical }) => critical)) return { score: 0, reason: 'a critical metric failed', groups };
  const missing = metrics.filter(({ classification }) => classification === 'Nodata').length;
  if (missing / metrics.length >= MOST_NODATA)
    return { score: 0, reason: `${missing} of ${metrics.length} metrics have no data`, groups };
  // A group without data counts as passed: its metrics are neither good nor bad.
  const sum = groups.reduce((total, { score, weight }) => total + ((score ?? 100) * weight) / 100, 0);
  return { score: Math.round(sum * 100) / 100, reason: `weighted over ${groups.length} groups`, groups };
}

function weightsOf(metrics: readonly JudgedMetric[], given: Readonly<Record<string, number>>): Map<string, number> {
  const names = [...new Set(metrics.map(({ group }) => group))];
  const total = Object.values(given).reduce((sum, weight) => sum + weight, 0);
  if (Object.values(given).some((weight) => !(weight >= 0)) || total > 100)
    throw new RangeError(`group weights ${JSON.stringify(given)}: numbers >= 0 that sum to at most 100 are needed`);
  const open = names.filter((name) => given[name] === undefined);
  return new Map(names.map((name) => [name, given[name] ?? (100 - total) / open.length]));
}

function groupScores(metrics: readonly JudgedMetric[], weights: ReadonlyMap<string, number>): GroupScore[] {
  return [...weights].map(([group, weight]) => {
    const counted = metrics.filter((m) => m.group === group && m.classification !== 'Nodata');
    const passed = counted.filter(({ classification }) => classification === 'Pass').length;
    return { group, weight, score: counted.length === 0 ? null : (100 * passed) / counted.length };
  });
}

/** Pass, marginal or fail of a score, as Kayenta's thresholds name it. */
export function canaryVerdict(
  score: number,
  thresholds: { readonly pass: number; readonly marginal: number },
): 'Pass' | 'Marginal' | 'Fail' {
  if (score >= thresholds.pass) return 'Pass';
  return score >= thresholds.marginal ? 'Marginal' : 'Fail';
}
