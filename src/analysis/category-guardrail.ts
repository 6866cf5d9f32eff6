import { formatShare } from '../domain/quantity.js';
import type { MetricGuardrail } from '../domain/spec/guardrail.js';
import { differenceStandardError, share } from '../stats/comparison/proportion.js';
import { scoreTest } from '../stats/comparison/score-test.js';
import { evidenceFrame, tooFewSamples } from './evidence.js';
import { type Ask, type Reading, readingOf } from './reading.js';
import { rule, type TestPlan } from './sequential-rule.js';

type CategoryCounts = Readonly<Record<string, number>>;

/** A label may be any text, `constructor` as well. */
const countOf = (counts: CategoryCounts, label: string) => (Object.hasOwn(counts, label) ? (counts[label] ?? 0) : 0);

const total = (counts: CategoryCounts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * Do the two arms predict the same labels equally often? The distance is the largest difference in any label's share
 * (L-infinity), each label watched by a two-sided sequential test of its own with its part of the error budget.
 */
export function judgeCategories(
  guardrail: MetricGuardrail,
  baseline: CategoryCounts,
  candidate: CategoryCounts,
  { alpha, looks }: Ask,
): Reading {
  const [n, m] = [total(baseline), total(candidate)];
  const frame = evidenceFrame(guardrail, alpha, { samples: n, value: null }, { samples: m, value: null });
  const short = tooFewSamples(guardrail, frame);
  if (short) return { evidence: short, looks };

  const labels = [...new Set([...Object.keys(baseline), ...Object.keys(candidate)])].sort();
  const plan: TestPlan = { guardrail, alpha: alpha / labels.length, looks, sides: 2, margin: guardrail.margin };
  const compared = labels.map((label) => {
    const ours = { successes: countOf(candidate, label), trials: m };
    const theirs = { successes: countOf(baseline, label), trials: n };
    const difference = share(ours) - share(theirs);
    const ruling = rule(plan, {
      estimate: Math.abs(difference),
      standardError: differenceStandardError(ours, theirs),
      score: difference >= 0 ? scoreTest(ours, theirs, guardrail.margin) : scoreTest(theirs, ours, guardrail.margin),
      n: Math.min(n, m),
    });
    return { label, difference, ruling, baseline: share(theirs), candidate: share(ours) };
  });
  const worst = compared.reduce((a, b) => (isWorse(b.ruling, a.ruling) ? b : a));
  const arms = {
    baseline: { samples: n, value: worst.baseline },
    candidate: { samples: m, value: worst.candidate },
  };
  return readingOf({ ...frame, ...arms }, plan, worst.ruling, {
    numbers:
      `label "${worst.label}" is ${formatShare(worst.candidate)} of the candidate's ${m} predictions, ` +
      `${formatShare(worst.baseline)} of the baseline's ${n}`,
    judgement: worst.ruling.failed
      ? `moved by at least ${formatShare(worst.ruling.bound)}, margin ${formatShare(guardrail.margin)}`
      : `no move beyond the margin of ${formatShare(guardrail.margin)}`,
    difference: worst.difference,
  });
}

function isWorse(a: { failed: boolean; bound: number }, b: { failed: boolean; bound: number }): boolean {
  return a.failed === b.failed ? a.bound > b.bound : a.failed;
}
