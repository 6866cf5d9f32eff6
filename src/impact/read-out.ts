import type { QuantileSums, UnitReading, UnitSums } from '../domain/experiment.js';
import type { ImpactEstimate, MethodFinding } from '../domain/impact-report.js';
import { normalQuantile, normalSf } from '../stats/distributions/normal.js';
import { findingOf, type Question, unknown } from './finding.js';

/** Below this a sum over units is not yet normal. */
const FEWEST_UNITS = 30;

/** One group's value with its error. */
interface Estimate {
  readonly units: number;
  readonly value: number;
  readonly error: number;
}

/**
 * The candidate's units against the held-back ones, at the same time: nothing but the version differs between them, as chance alone has held them back. Units,
 * not events, are independent (delta method); the interval of a quantile is Woodruff's.
 * Source: A. Deng, U. Knoblich, J. Lu (2018), KDD, 233-242, eq. 4; R. S. Woodruff (1952), J. American Statistical Association 47:635-646.
 */
export function readHoldback(question: Question, reading: UnitReading): MethodFinding {
  if (reading.kind === 'unreadable') return unknown(question, 'holdback', reading.reason, { before: 0, after: 0 });
  const [held, kept] =
    reading.kind === 'moments'
      ? [ratioOf(reading.arms.baseline), ratioOf(reading.arms.candidate)]
      : [quantileOf(reading.arms.baseline), quantileOf(reading.arms.candidate)];
  const samples = { before: reading.arms.baseline.units, after: reading.arms.candidate.units };
  if (held === null || kept === null || Math.min(held.units, kept.units) < FEWEST_UNITS)
    return unknown(
      question,
      'holdback',
      `${samples.before} units were held back and ${samples.after} were not; at least ${FEWEST_UNITS} each are needed`,
      samples,
    );
  const error = Math.hypot(held.error, kept.error);
  if (error === 0)
    return unknown(question, 'holdback', 'no unit differs from the others: there is no error to judge by', samples);
  const effect = kept.value - held.value;
  const mean = differenceOf(question, held, kept, error);
  const pValue = 2 * normalSf(Math.abs(effect) / error);
  const found = { mean, end: null, pValue, lead: `${kept.units} units against ${held.units} that were held back` };
  return findingOf(question, 'holdback', found, {
    samples,
    assumptions: ['chance alone decided who was held back', 'units do not influence each other'],
  });
}

function differenceOf({ alpha }: Question, held: Estimate, kept: Estimate, error: number): ImpactEstimate {
  const effect = kept.value - held.value;
  const z = -normalQuantile(alpha / 2);
  const interval = [effect - z * error, effect + z * error] as const;
  if (held.value === 0) return { effect, interval, relative: null, relativeInterval: null };
  const base = Math.abs(held.value);
  const relative = effect / base;
  // The held-back units' value is uncertain as well.
  const half = (z * Math.hypot(kept.error, (kept.value / held.value) * held.error)) / base;
  return { effect, interval, relative, relativeInterval: [relative - half, relative + half] };
}

/** Columns `value` and, of a ratio, `denominator`; a mean over units has 1 for each. */
function ratioOf({ units: n, sums, products }: UnitSums): Estimate | null {
  if (n < 2) return null;
  const hasDenominator = sums.length > 1;
  const [top, bottom] = [sums[0] ?? 0, hasDenominator ? (sums[1] ?? 0) : n];
  if (bottom === 0) return null;
  const value = top / bottom;
  const product = (i: number, j: number) => {
    const mean = ((sums[i] ?? 0) * (sums[j] ?? 0)) / n;
    return ((products[i]?.[j] ?? 0) - mean) / (n - 1);
  };
  const variance = hasDenominator
    ? product(0, 0) - 2 * value * product(0, 1) + value ** 2 * product(1, 1)
    : product(0, 0);
  return { units: n, value, error: Math.sqrt(Math.max(0, variance) / n) / Math.abs(bottom / n) };
}

/** `low` and `high` enclose it at 95 %. */
function quantileOf({ units, value, low, high }: QuantileSums): Estimate | null {
  if (value === null || low === null || high === null) return null;
  return { units, value, error: (high - low) / (2 * -normalQuantile(0.025)) };
}
