import { logGamma } from '../distributions/binomial.js';
import { studentTCdf, studentTQuantile, studentTSf, studentTTwoSided } from '../distributions/student-t.js';
import { type Moments, momentsOf } from '../sample/moments.js';
import { requireProbability, requireSample, type Sample } from '../sample/sample.js';

/** A test that could be made. All differences are x - y. */
export interface TTest {
  readonly kind: 'tested';
  readonly meanDifference: number;
  readonly t: number;
  readonly df: number;
  /** Two-sided. */
  readonly pValue: number;
  /** One-sided, for x below y and for x above y. */
  readonly pLess: number;
  readonly pGreater: number;
  readonly interval: [number, number];
}

/** Neither sample varies: a difference is certain or absent, and no test has anything to say about chance. */
export interface NoVariance {
  readonly kind: 'no-variance';
  readonly meanDifference: number;
}

/**
 * Welch's test: are two means equal, whatever the variances?
 * Source: B. L. Welch (1947), Biometrika 34:28-35. Oracle: test/stats/oracles/welch_t.json.
 * @throws {RangeError} for fewer than 2 values a side or values that are not finite
 */
export function welchTest(x: Sample, y: Sample, confidence = 0.95): TTest | NoVariance {
  const [a, b] = momentsOfBoth(x, y);
  return welchOfMoments(a, b, confidence);
}

/** The same from sufficient statistics. @throws {RangeError} for fewer than 2 values a side */
export function welchOfMoments(x: Moments, y: Moments, confidence = 0.95): TTest | NoVariance {
  const [vx, vy] = [varianceOfMean(x, 'x'), varianceOfMean(y, 'y')];
  if (vx + vy === 0) return { kind: 'no-variance', meanDifference: x.mean - y.mean };
  // By shares of the variance: squares of the variances themselves would underflow for tiny ones.
  const part = vx / (vx + vy);
  const df = 1 / (part ** 2 / (x.n - 1) + (1 - part) ** 2 / (y.n - 1));
  return tested(x.mean - y.mean, Math.sqrt(vx + vy), df, confidence);
}

/** Student's test, which assumes equal variances; Welch's is the default everywhere. */
export function studentTest(x: Sample, y: Sample, confidence = 0.95): TTest | NoVariance {
  const [a, b] = momentsOfBoth(x, y);
  const spread = pooledSd(a, b);
  if (spread === 0) return { kind: 'no-variance', meanDifference: a.mean - b.mean };
  return tested(a.mean - b.mean, spread * Math.sqrt(1 / a.n + 1 / b.n), a.n + b.n - 2, confidence);
}

export interface EffectSize {
  /** Difference of means in pooled standard deviations. Source: J. Cohen (1988), 2.2. */
  readonly cohensD: number;
  /** Cohen's d without its bias in small samples, exact gamma form. Source: L. V. Hedges (1981), J. Educational Statistics 6:107-128. */
  readonly hedgesG: number;
}

/** @returns null where neither sample varies @throws {RangeError} for fewer than 2 values a side */
export function effectSize(x: Sample, y: Sample): EffectSize | null {
  const [a, b] = momentsOfBoth(x, y);
  const spread = pooledSd(a, b);
  if (spread === 0) return null;
  const cohensD = (a.mean - b.mean) / spread;
  const df = a.n + b.n - 2;
  const correction = Math.exp(logGamma(df / 2) - logGamma((df - 1) / 2)) / Math.sqrt(df / 2);
  // Beyond this the difference of two large logarithms is worse than the series 1 - 3/(4 df - 1).
  return { cohensD, hedgesG: cohensD * (df > 1e5 ? 1 - 3 / (4 * df - 1) : correction) };
}

/** Moments around a common point near the data: the difference of means keeps its digits for values near 1e9. */
function momentsOfBoth(x: Sample, y: Sample): [Moments, Moments] {
  const shift = x[0] ?? 0;
  return [finiteMoments(x, 'x', shift), finiteMoments(y, 'y', shift)];
}

/** A value that is not finite shows in the sums, so that the check costs a pass over the values only where it fails. */
function finiteMoments(values: Sample, name: string, shift: number): Moments {
  const moments = momentsOf(values, shift);
  if (values.length < 2 || !Number.isFinite(moments.mean + moments.m2)) {
    requireSample(values, name, 2);
    throw new RangeError(`${name} has values too large for their squares to be summed`);
  }
  return moments;
}

function varianceOfMean({ n, m2 }: Moments, name: string): number {
  if (n < 2) throw new RangeError(`${name} has ${n} values; at least 2 are needed`);
  return m2 / (n - 1) / n;
}

function pooledSd(x: Moments, y: Moments): number {
  return Math.sqrt((x.m2 + y.m2) / (x.n + y.n - 2));
}

function tested(meanDifference: number, standardError: number, df: number, confidence: number): TTest {
  requireProbability(confidence, 'confidence');
  const t = meanDifference / standardError;
  const half = studentTQuantile(1 - (1 - confidence) / 2, df) * standardError;
  return {
    kind: 'tested',
    meanDifference,
    t,
    df,
    pValue: studentTTwoSided(t, df),
    pLess: studentTCdf(t, df),
    pGreater: studentTSf(t, df),
    interval: [meanDifference - half, meanDifference + half],
  };
}
