import type { Guardrail } from '../domain/spec/guardrail.js';
import type { Evidence } from '../domain/verdict.js';
import { differenceStandardError } from '../stats/comparison/proportion.js';
import { twoSidedHalfwidth } from '../stats/sequential/confidence-sequence.js';
import { evidenceFrame, TUNING_FACTOR, tooFewSamples } from './evidence.js';
import { formatShare } from './format.js';

type CategoryCounts = Readonly<Record<string, number>>;

const total = (counts: CategoryCounts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/**
 * Do the two arms predict the same labels equally often? The distance is the largest difference in any label's share
 * (L-infinity), each label watched by its own two-sided confidence sequence with its part of the error budget.
 */
export function judgeCategories(
  guardrail: Guardrail,
  baseline: CategoryCounts,
  candidate: CategoryCounts,
  alpha: number,
): Evidence {
  const [n, m] = [total(baseline), total(candidate)];
  const frame = evidenceFrame(guardrail, alpha, { samples: n, value: null }, { samples: m, value: null });
  const short = tooFewSamples(guardrail, frame);
  if (short) return short;

  const labels = [...new Set([...Object.keys(baseline), ...Object.keys(candidate)])].sort();
  const compared = labels.map((label) => {
    const [b, c] = [baseline[label] ?? 0, candidate[label] ?? 0];
    const difference = c / m - b / n;
    const se = differenceStandardError({ successes: c, trials: m }, { successes: b, trials: n });
    const halfwidth = twoSidedHalfwidth(
      se,
      Math.min(n, m),
      alpha / labels.length,
      TUNING_FACTOR * guardrail.minSamples,
    );
    return { label, difference, bound: Math.abs(difference) - halfwidth, baseline: b / n, candidate: c / m };
  });
  const worst = compared.reduce((a, b) => (b.bound > a.bound ? b : a));
  const failed = worst.bound > guardrail.margin;
  const reason =
    `${guardrail.metric}: label "${worst.label}" is ${formatShare(worst.candidate)} of the candidate's ${m} predictions, ` +
    `${formatShare(worst.baseline)} of the baseline's ${n}; ` +
    (failed
      ? `moved by at least ${formatShare(worst.bound)}, margin ${formatShare(guardrail.margin)}`
      : `no move beyond the margin of ${formatShare(guardrail.margin)}`);
  return {
    ...frame,
    baseline: { samples: n, value: worst.baseline },
    candidate: { samples: m, value: worst.candidate },
    verdict: failed ? 'fail' : 'pass',
    reason,
    difference: worst.difference,
    bound: worst.bound,
  };
}
