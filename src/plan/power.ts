import { type Harm, RESERVE, rule, type TestPlan } from '../analysis/sequential-rule.js';
import type { MetricGuardrail } from '../domain/spec/guardrail.js';
import { type Counts, differenceStandardError, share } from '../stats/comparison/proportion.js';
import { scoreTest } from '../stats/comparison/score-test.js';
import { normalQuantile } from '../stats/distributions/normal.js';
import type { SpendingPlan } from '../stats/sequential/alpha-spending.js';
import { groupSequentialDesign } from '../stats/sequential/group-sequential.js';
import { crossingProbability, type PlannedLook } from './crossing.js';

/** A regression counts as found where it is in this share of all cases. */
export const POWER = 0.8;
const Z_POWER = normalQuantile(POWER);
/** Some of very many looks find nearly as much as all of them, and take a fraction of the time. */
const MOST_LOOKS = 20;
const HALVINGS = 24;
const COSTLY_HALVINGS = 9;

/** One question of shares, as the guardrails' tests put it. */
export interface ShareTest {
  readonly guardrail: Pick<MetricGuardrail, 'minSamples' | 'sequential'>;
  readonly alpha: number;
  readonly sides: 1 | 2;
  /** Allowed difference, a share. */
  readonly margin: number;
  /** The share of the baseline, 0..1. */
  readonly baseline: number;
  /** 1 where more is worse, else -1. */
  readonly direction: 1 | -1;
  /** Of a quantile: where the baseline's own is uncertain, so is the line that the candidate's requests are counted above. */
  readonly isQuantile?: boolean;
}

export interface ArmSizes {
  readonly baseline: number;
  readonly candidate: number;
}

/**
 * The smallest difference of shares that these samples find in four cases of five, by the rule that judges them. Looks before the last are counted
 * where they were planned; where none were, the last one alone, so that the true power is a little higher.
 * @returns a share, always above the margin; null where none is found: too few samples, or no room above the margin
 */
export function detectableShare(test: ShareTest, sizes: ArmSizes): number | null {
  const room = roomOf(test);
  const least = Math.min(test.margin, room);
  const finds = finder(test, sizes);
  if (!test.guardrail.sequential) return finds(room) ? leastFound(finds, least, room, HALVINGS) : null;
  // What a sequence with the whole budget finds, planned looks find as well, or nearly: a narrow start, as each question is a costly one.
  const unplanned = detectableShare({ ...test, guardrail: { ...test.guardrail, sequential: undefined } }, sizes);
  const start = [unplanned ?? room, room].find(finds);
  return start === undefined ? null : leastFound(finds, least, start, COSTLY_HALVINGS);
}

function leastFound(finds: (effect: number) => boolean, least: number, found: number, halvings: number): number {
  let [low, high] = [least, found];
  for (let step = 0; step < halvings; step += 1) {
    const middle = (low + high) / 2;
    if (finds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Whether so large a difference is found in four cases of five; where there is no room for it, the largest one that there is. */
export function isDetectable(test: ShareTest, sizes: ArmSizes, effect: number): boolean {
  return finder(test, sizes)(Math.min(effect, roomOf(test)));
}

function roomOf({ direction, baseline }: ShareTest): number {
  return direction === 1 ? 1 - baseline : baseline;
}

function finder(test: ShareTest, sizes: ArmSizes): (effect: number) => boolean {
  const arms = { baseline: Math.floor(sizes.baseline), candidate: Math.floor(sizes.candidate) };
  if (Math.min(arms.baseline, arms.candidate) < test.guardrail.minSamples) return () => false;
  const { sequential } = test.guardrail;
  const always = (effect: number, alpha: number) => isFoundAtEnd({ ...test, alpha }, arms, effect);
  if (!sequential) return (effect) => always(effect, test.alpha);
  const looks = plannedLooks(test, Math.min(arms.baseline, arms.candidate));
  return (effect) =>
    always(effect, RESERVE * test.alpha) || (looks.length > 0 && powerOfLooks(test, arms, looks, effect) >= POWER);
}

/** Whether the rule fails the candidate though it looks as good as it does in one case of five. */
function isFoundAtEnd(test: ShareTest, arms: ArmSizes, effect: number): boolean {
  const observed = effect - Z_POWER * spread(test, arms, effect);
  const { guardrail, alpha, sides, margin } = test;
  const plan: TestPlan = { guardrail: { ...guardrail, sequential: undefined }, alpha, sides, margin, looks: [] };
  return rule(plan, harmOf(test, arms, observed)).failed;
}

/** Standard deviation of the observed difference. */
function spread({ baseline, direction, isQuantile }: ShareTest, arms: ArmSizes, effect: number): number {
  const candidate = clamp(baseline + direction * effect);
  // The line is the baseline's sample quantile. In a tail that falls off exponentially the density at it grows with the share above.
  const steepness = isQuantile && baseline > 0 ? candidate / baseline : 1;
  const ofBaseline = (baseline * (1 - baseline) * steepness ** 2) / arms.baseline;
  return Math.sqrt(ofBaseline + (candidate * (1 - candidate)) / arms.candidate);
}

/** What the rule is told where the arms differ by so much. */
function harmOf({ baseline, direction, margin }: ShareTest, arms: ArmSizes, difference: number): Harm {
  const theirs = counts(baseline, arms.baseline);
  const ours = counts(baseline + direction * difference, arms.candidate);
  const [worse, better] = direction === 1 ? [ours, theirs] : [theirs, ours];
  return {
    estimate: direction * (share(ours) - share(theirs)),
    standardError: differenceStandardError(ours, theirs),
    score: scoreTest(worse, better, margin),
    n: Math.min(arms.baseline, arms.candidate),
  };
}

function plannedLooks({ guardrail, alpha, sides }: ShareTest, samples: number): PlannedLook[] {
  const { sequential } = guardrail;
  if (!sequential) return [];
  const made = Math.min(sequential.looks, Math.floor((samples / sequential.samples) * sequential.looks + 1e-9));
  const every = Math.max(1, Math.ceil(made / MOST_LOOKS));
  const plan = { spending: sequential.spending, alpha: (1 - RESERVE) * alpha, sides };
  return boundsOf(sequential.looks, plan)
    .slice(0, made)
    .map((bound, index) => ({ t: (index + 1) / sequential.looks, bound }))
    .filter((_, index) => (made - 1 - index) % every === 0);
}

/** All weights of a spec ask for the same bounds, which take a second where there are many. A bound does not depend on those after it. */
const KNOWN = new Map<string, readonly number[]>();
const MOST_KNOWN = 100;

function boundsOf(looks: number, plan: SpendingPlan): readonly number[] {
  const key = [looks, plan.spending, plan.alpha, plan.sides].join(' ');
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const fractions = Array.from({ length: looks }, (_, k) => (k + 1) / looks);
  const { bounds } = groupSequentialDesign(fractions, plan);
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(key, bounds);
  return bounds;
}

function powerOfLooks(test: ShareTest, arms: ArmSizes, looks: readonly PlannedLook[], effect: number): number {
  const end = looks[looks.length - 1];
  const { sequential } = test.guardrail;
  if (end === undefined || !sequential) return 0;
  // What comes after the last planned look is judged by no look any more.
  const part = (end.t * sequential.samples) / Math.min(arms.baseline, arms.candidate);
  const then = { baseline: Math.round(arms.baseline * part), candidate: Math.round(arms.candidate * part) };
  const { score } = harmOf(test, then, effect);
  if (score === null) return 0;
  const sd = spread(test, then, effect);
  // z is divided by its standard error at the margin; its true spread is another one.
  const scaled = looks.map(({ t, bound }) => ({ t: t / end.t, bound: (bound * score.standardError) / sd }));
  return crossingProbability(scaled, (effect - test.margin) / sd);
}

function counts(value: number, trials: number): Counts {
  return { successes: Math.round(clamp(value) * trials), trials };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
