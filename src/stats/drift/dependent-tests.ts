import { fisherExactTest } from '../comparison/fisher.js';
import type { Counts } from '../comparison/proportion.js';
import { fSf } from '../distributions/beta.js';
import { chiSquareSf } from '../distributions/chi-square.js';
import { studentTSf } from '../distributions/student-t.js';
import { quantiles } from '../sample/quantile.js';
import type { Sample } from '../sample/sample.js';
import { chiSquareOfTable } from './chi-square.js';
import type { Dependence } from './dependence.js';
import { type KsAlternative, ksDistance, ksTest } from './kolmogorov-smirnov.js';

/*
 * Tests of two samples whose rows resemble their neighbours. With a factor of 1 they are the tests of independent rows; else shares are
 * compared as those of fewer rows, by Student's t, whose tails are as heavy as the estimate of the factor is rough.
 */

/** p that the share of `now` lies above that of `before`. */
export function largerShareP(now: Counts, before: Counts, dependence: Dependence): number {
  if (dependence.factor === 1) return fisherExactTest(now, before).pLarger;
  return studentTSf(shareT(now, before, dependence), dependence.df);
}

/** Two-sided p that categories come in other shares; `counts` are those of (before, now), two categories at least. */
export function sharesP(counts: readonly (readonly [number, number])[], dependence: Dependence): number {
  if (dependence.factor === 1) return chiSquareOfTable(counts).pValue;
  const [n, m] = [0, 1].map((side) => counts.reduce((sum, pair) => sum + (pair[side] as number), 0)) as [
    number,
    number,
  ];
  const each = counts.map(([a, b]) => shareT({ successes: b, trials: m }, { successes: a, trials: n }, dependence));
  // Of two categories the second says nothing new.
  return ofLargest(each.map(Math.abs), 2 * (counts.length === 2 ? 1 : counts.length), dependence);
}

/** Kolmogorov and Smirnov's test; of dependent rows, shares below the deciles of both samples together are compared. */
export function dependentKsTest(
  x: Sample,
  y: Sample,
  dependence: Dependence,
  alternative: KsAlternative = 'two-sided',
): { readonly statistic: number; readonly pValue: number } {
  if (dependence.factor === 1) return ksTest(x, y, alternative);
  const countBelow = (values: readonly number[], level: number) => ({
    successes: values.filter((value) => value <= level).length,
    trials: values.length,
  });
  const [xs, ys] = [Array.from(x), Array.from(y)];
  const each = quantiles([...xs, ...ys], DECILES).map((level) => {
    const t = shareT(countBelow(xs, level), countBelow(ys, level), dependence);
    return alternative === 'two-sided' ? Math.abs(t) : alternative === 'greater' ? t : -t;
  });
  const tails = DECILES.length * (alternative === 'two-sided' ? 2 : 1);
  return { statistic: ksDistance(x, y), pValue: ofLargest(each, tails, dependence) };
}

const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** p of a chi-square statistic. Source: J. N. K. Rao, A. J. Scott (1981), JASA 76:221-230, first order. */
export function chiSquareP(statistic: number, categories: number, { factor, df }: Dependence): number {
  return factor === 1 ? chiSquareSf(statistic, categories) : fSf(statistic / factor / categories, categories, df);
}

/** One more of each kind on either side: A. Agresti, B. Caffo (2000), The American Statistician 54:280-288. */
function shareT(now: Counts, before: Counts, { factor }: Dependence): number {
  const [a, b] = [now, before].map(({ successes, trials }) => {
    const rows = trials / factor + 2;
    const share = (successes / factor + 1) / rows;
    return { share, variance: (share * (1 - share)) / rows };
  }) as [{ share: number; variance: number }, { share: number; variance: number }];
  return (a.share - b.share) / Math.sqrt(a.variance + b.variance);
}

/** C. E. Bonferroni's. */
function ofLargest(each: readonly number[], tails: number, { df }: Dependence): number {
  const largest = each.reduce((most, t) => Math.max(most, t));
  return Math.min(1, tails * studentTSf(largest, df));
}
