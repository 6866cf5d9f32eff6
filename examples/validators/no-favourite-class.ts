import { defineValidator } from '../../src/validation/custom/contract.js';

/**
 * No class is predicted more than `most` times as often as it occurs (default: 2): a model that has lost a class, and gives another in its place,
 * may keep a fair accuracy. Classes with fewer than `minRows` rows (default: 5) are not judged.
 */
export const validate = defineValidator(({ sample, with: { most = 2, minRows = 5 } }) => {
  if (typeof most !== 'number' || typeof minRows !== 'number') throw new TypeError('most and minRows are numbers');
  const counts = new Map<string, { occurs: number; predicted: number }>();
  const of = (label: string) => {
    const count = counts.get(label) ?? { occurs: 0, predicted: 0 };
    counts.set(label, count);
    return count;
  };
  for (const { label, candidate } of sample) {
    if (label === null) return { verdict: 'inconclusive', reason: 'the data set has rows without a label' };
    of(label).occurs += 1;
    of(candidate.label).predicted += 1;
  }
  const judged = [...counts]
    .filter(([, { occurs }]) => occurs >= minRows)
    .map(([label, count]) => ({ label, ...count, ratio: count.predicted / count.occurs }))
    .sort((a, b) => b.ratio - a.ratio);
  const [worst] = judged;
  if (worst === undefined)
    return { verdict: 'inconclusive', reason: `no class has ${minRows} of the ${sample.length} rows` };
  const { label, occurs, predicted, ratio } = worst;
  return {
    verdict: ratio > most ? 'fail' : 'pass',
    reason: `class ${label} occurs ${occurs} times and is predicted ${predicted} times; at most ${most} times as often is allowed`,
    value: ratio,
    details: { classes: judged },
  };
});
