import { METRIC_TABLE } from '../domain/metric.js';
import type { AbTest } from '../domain/spec/phases.js';
import type { Evidence, Verdict } from '../domain/verdict.js';
import type { Proportion } from '../ports/metric-source.js';
import { samplesPerArm } from '../stats/comparison/power.js';
import { newcombeInterval, share } from '../stats/comparison/proportion.js';
import { formatShare } from './format.js';

/** Observations an arm before a baseline share is known well enough to plan with. */
const PLANNING_SAMPLES = 50;

export interface AbTestReading {
  /** What each arm must have before the verdict; null while the baseline is not known well enough to say. */
  readonly neededPerArm: number | null;
  readonly evidence: Evidence;
}

/**
 * The A/B evaluation of one primary share. It is judged once, when both arms have the sample that finds
 * `minDetectableEffect` with the power asked for; until then it is inconclusive.
 * `pass`: superior, or not inferior by `minDetectableEffect` or more, at confidence 1 - alpha; `fail`: inferior.
 */
export function judgeAbTest(plan: AbTest, baseline: Proportion, candidate: Proportion): AbTestReading {
  const value = (p: Proportion) => (p.trials === 0 ? null : share(p));
  const frame = {
    metric: plan.primary,
    margin: plan.minDetectableEffect,
    rule: 'fixed-horizon newcombe interval',
    alpha: plan.alpha,
    dryRun: false,
    baseline: { samples: baseline.trials, value: value(baseline) },
    candidate: { samples: candidate.trials, value: value(candidate) },
  };
  const waiting = (why: string): Evidence => ({
    ...frame,
    verdict: 'inconclusive',
    reason: `${plan.primary}: ${why}`,
    difference: null,
    bound: null,
  });
  if (baseline.trials < PLANNING_SAMPLES)
    return {
      neededPerArm: null,
      evidence: waiting(`${baseline.trials} of ${PLANNING_SAMPLES} baseline samples to plan with`),
    };

  const needed = samplesPerArm(share(baseline), plan.minDetectableEffect, plan.alpha, plan.power);
  const have = Math.min(baseline.trials, candidate.trials);
  if (have < needed) return { neededPerArm: needed, evidence: waiting(`${have} of ${needed} samples an arm`) };

  const sign = METRIC_TABLE[plan.primary].harm === 'decrease' ? 1 : -1;
  const [low, high] = newcombeInterval(candidate, baseline, 1 - plan.alpha);
  // Seen as a gain: positive is better for users, whatever the metric's direction.
  const [worst, best] = sign === 1 ? [low, high] : [-high, -low];
  const { verdict, word } = conclusion(worst, best, plan.minDetectableEffect);
  const reason =
    `${plan.primary}: ${word}; candidate ${formatShare(share(candidate))} of ${candidate.trials}, ` +
    `baseline ${formatShare(share(baseline))} of ${baseline.trials}; difference ${formatShare(low)} to ${formatShare(high)}`;
  const difference = share(candidate) - share(baseline);
  return { neededPerArm: needed, evidence: { ...frame, verdict, reason, difference, bound: worst } };
}

function conclusion(worst: number, best: number, margin: number): { verdict: Verdict; word: string } {
  if (worst > 0) return { verdict: 'pass', word: 'superior' };
  if (best < 0) return { verdict: 'fail', word: 'inferior' };
  if (worst > -margin) return { verdict: 'pass', word: 'non-inferior' };
  return { verdict: 'inconclusive', word: 'no difference shown, but inferiority is not ruled out' };
}
