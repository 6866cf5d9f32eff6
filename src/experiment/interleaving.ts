import type { ExperimentReport, MetricEstimate } from '../domain/experiment.js';
import type { InterleavedItem } from '../domain/observation.js';
import { formatCount, formatShare } from '../domain/quantity.js';
import type { InterleavingMethod } from '../domain/route.js';
import { type AbTest, PREFERENCE } from '../domain/spec/experiment.js';
import { type ClickCredit, creditClicks } from '../routing/interleave.js';
import { momentsOf, varianceOf } from '../stats/index.js';
import type { Planned } from './analyse.js';
import { decide, isAtHorizon, type Progress } from './decide.js';
import { designOf, type ExperimentDesign } from './design.js';
import { boundsOf, type Difference, intervalOf, pValueOf, type Rule } from './difference.js';
import { LEAST_UNITS } from './measure.js';
import { oneSampleSize, UNPLANNED_TUNING } from './sample-size.js';

/** A merged list that was clicked on. */
export interface JudgedList {
  readonly method: InterleavingMethod;
  readonly items: readonly InterleavedItem[];
  readonly clicked: readonly string[];
  /** Absent: the list is taken for a unit of its own, which lists of one user are not. */
  readonly unitHash?: string;
}

export interface InterleavingReading {
  readonly at: string;
  readonly since: string;
  readonly lists: readonly JudgedList[];
}

/** What the lists said, counted. */
interface InterleavingCounts {
  readonly lists: number;
  readonly units: number;
  /** Units that mostly clicked on the candidate's items, on the baseline's, or on as many of both. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Distinct items clicked, by whom they speak for. */
  readonly credit: { readonly baseline: number; readonly candidate: number };
  /** Clicks on items that were not on their list; left out. */
  readonly strayClicks: number;
}

export interface InterleavingReport extends ExperimentReport {
  readonly interleaving: InterleavingCounts;
}

/**
 * Which ranker do users prefer, from clicks on merged lists. A unit's score is the mean over its lists of 1/2 where more clicks speak for the candidate, -1/2
 * for the baseline, 0 for neither; the preference is the mean over units, so that (wins + ties / 2) / lists - 1/2 is meant, each user once.
 * Source: O. Chapelle, T. Joachims, F. Radlinski, Y. Yue (2012), ACM TOIS 30(1), article 6.
 * @param reading lists with at least one click; a click on none of the list's items is left out and counted
 */
export function analyseInterleaving(
  plan: AbTest,
  reading: InterleavingReading,
  now: string,
  planned: Planned | null = null,
): InterleavingReport {
  const design = designOf(plan);
  const { scores, counts } = scoresOf(reading.lists);
  const difference = preferenceOf(scores);
  const need = planned?.neededPerArm ?? (difference === null ? null : oneSampleSize(difference, design));
  const elapsedMs = Date.parse(now) - Date.parse(reading.since);
  const progress: Progress = {
    elapsedMs,
    readMs: Date.parse(reading.at) - Date.parse(reading.since),
    isComplete: need !== null && scores.length >= need,
    isOver: elapsedMs >= design.maxDurationMs,
  };
  const rule: Rule =
    design.test === 'fixed'
      ? { kind: 'fixed' }
      : { kind: 'sequential', tuning: design.tuning ?? planned?.tuning ?? UNPLANNED_TUNING };
  const isDue = design.test === 'sequential' || isAtHorizon(design, progress);
  const estimate = estimateOf(isDue ? difference : null, { design, rule, counts, need, value: meanOf(scores) });
  const isNonInferior = isDue && difference !== null && boundsOf(difference, rule, design.alpha)[0] > -design.margin;
  const { verdict, decision, why } = decide(estimate.verdict, [], design, progress, isNonInferior);
  return {
    at: reading.at,
    since: reading.since,
    hypothesis: design.hypothesis,
    verdict,
    decision,
    reason: `${estimate.reason}; ${why}`,
    findings: [],
    estimates: [estimate],
    novelty: { days: [], trend: null, pValue: null },
    units: { have: scores.length, need },
    interleaving: counts,
  };
}

/** Whom the clicks on a list speak for; clicks on other items are counted apart. */
export function creditOf({ method, items, clicked }: JudgedList): ClickCredit & { readonly stray: number } {
  const listed = new Set(items.map(({ item }) => item));
  const known = clicked.filter((item) => listed.has(item));
  const list = { kind: method, items: items.map(({ item, ...rest }) => ({ ...rest, id: item })) };
  return { ...creditClicks(list, known), stray: clicked.length - known.length };
}

function scoresOf(lists: readonly JudgedList[]): { scores: number[]; counts: InterleavingCounts } {
  const byUnit = new Map<string, { sum: number; lists: number }>();
  const credit = { baseline: 0, candidate: 0 };
  let strayClicks = 0;
  for (const [index, list] of lists.entries()) {
    const { baseline, candidate, stray } = creditOf(list);
    credit.baseline += baseline;
    credit.candidate += candidate;
    strayClicks += stray;
    const key = list.unitHash ?? `list ${index}`;
    const unit = byUnit.get(key) ?? { sum: 0, lists: 0 };
    byUnit.set(key, { sum: unit.sum + Math.sign(candidate - baseline) / 2, lists: unit.lists + 1 });
  }
  const scores = [...byUnit.values()].map((unit) => unit.sum / unit.lists);
  const count = (sign: number) => scores.filter((score) => Math.sign(score) === sign).length;
  return {
    scores,
    counts: {
      lists: lists.length,
      units: scores.length,
      wins: count(1),
      losses: count(-1),
      ties: count(0),
      credit,
      strayClicks,
    },
  };
}

function meanOf(scores: readonly number[]): number | null {
  return scores.length === 0 ? null : momentsOf(scores).mean;
}

/** @returns null with too few units, or where all have one score */
function preferenceOf(scores: readonly number[]): Difference | null {
  if (scores.length < LEAST_UNITS) return null;
  const moments = momentsOf(scores);
  const standardError = Math.sqrt(varianceOf(moments) / scores.length);
  return standardError > 0 ? { value: moments.mean, standardError, df: scores.length - 1, units: scores.length } : null;
}

interface Frame {
  readonly design: ExperimentDesign;
  readonly rule: Rule;
  readonly counts: InterleavingCounts;
  readonly need: number | null;
  readonly value: number | null;
}

function estimateOf(difference: Difference | null, { design, rule, counts, need, value }: Frame): MetricEstimate {
  const { alpha, margin } = design;
  const interval = difference === null ? null : intervalOf(difference, rule, alpha);
  const [low, high] = interval ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const verdict = low > 0 ? 'superior' : high < 0 ? 'inferior' : low > -margin ? 'non-inferior' : 'inconclusive';
  const { units, lists, wins, losses, ties } = counts;
  const votes = `${formatCount(wins)} of ${formatCount(units)} units prefer the candidate, ${formatCount(losses)} the baseline, ${formatCount(ties)} neither, over ${formatCount(lists)} lists`;
  const result =
    interval === null
      ? `nothing to judge yet${need === null ? '' : `, ${formatCount(need)} units are needed`}`
      : `${verdict}; preference ${formatShare(low)} to ${formatShare(high)}`;
  return {
    metric: PREFERENCE,
    role: 'primary',
    segment: null,
    unit: 'share',
    verdict,
    reason: `${PREFERENCE}: ${result}; ${votes}`,
    // Nobody preferred: each version wins half of the lists.
    baseline: { units, value: value === null ? null : 0.5 },
    candidate: { units, value: value === null ? null : 0.5 + value },
    effect: value,
    interval,
    relative: null,
    relativeInterval: null,
    pValue: difference === null ? null : pValueOf(difference, rule, alpha),
    adjustedP: null,
    alpha,
    rule: rule.kind === 'sequential' ? 'confidence-sequence' : 'welch',
    varianceReduction: null,
  };
}
