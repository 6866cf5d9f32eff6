import { type Moments, momentsOf } from '../sample/moments.js';
import { requireEqualLength, requireSample, type Sample } from '../sample/sample.js';
import { type NoVariance, type TTest, welchOfMoments, welchTest } from './t-test.js';

/** One arm: each unit's metric during the experiment and before it, in the same order. */
export interface PrePost {
  readonly post: Sample;
  readonly pre: Sample;
}

export interface Cuped {
  /** Weight of the pre-period; 0 where it says nothing (constant), and then nothing is adjusted. */
  readonly theta: number;
  readonly control: Moments;
  readonly treatment: Moments;
  /** Welch's test of the adjusted values, treatment - control. */
  readonly adjusted: TTest | NoVariance;
  readonly unadjusted: TTest | NoVariance;
  /** Share of the metric's variance, over both arms, that the pre-period explains (squared correlation); null where there was none. */
  readonly varianceReduction: number | null;
}

/**
 * CUPED: what a unit did before the experiment explains part of what it does now; taking that part away narrows the interval without
 * moving the difference. theta = cov(post, pre) / var(pre) over both arms together.
 * Source: A. Deng, Y. Xu, R. Kohavi, T. Walker (2013), WSDM, 123-132. Oracle: test/stats/oracles/cuped.json.
 * @throws {RangeError} for fewer than 2 units an arm, unequal lengths, or values that are not finite
 */
export function cuped(control: PrePost, treatment: PrePost, confidence = 0.95): Cuped {
  for (const [name, arm] of Object.entries({ control, treatment })) {
    requireSample(arm.post, `${name} post`, 2);
    requireSample(arm.pre, `${name} pre`, 2);
    requireEqualLength(arm.post, arm.pre, `${name} post and pre`);
  }
  const post = Float64Array.from([...Array.from(control.post), ...Array.from(treatment.post)]);
  const pre = Float64Array.from([...Array.from(control.pre), ...Array.from(treatment.pre)]);
  const before = momentsOf(pre);
  const shared = crossProduct(post, pre);
  const theta = before.m2 === 0 ? 0 : shared / before.m2;
  const adjust = (arm: PrePost) =>
    momentsOf(Float64Array.from(arm.post, (value, i) => value - theta * ((arm.pre[i] as number) - before.mean)));
  const [a, b] = [adjust(control), adjust(treatment)];
  const spread = momentsOf(post).m2;
  return {
    theta,
    control: a,
    treatment: b,
    adjusted: welchOfMoments(b, a, confidence),
    unadjusted: welchTest(treatment.post, control.post, confidence),
    varianceReduction: spread === 0 ? null : (theta * shared) / spread,
  };
}

/** Sum of products of deviations from the means. */
function crossProduct(x: Sample, y: Sample): number {
  const [meanX, meanY] = [momentsOf(x).mean, momentsOf(y).mean];
  let total = 0;
  for (let i = 0; i < x.length; i += 1) total += ((x[i] as number) - meanX) * ((y[i] as number) - meanY);
  return total;
}
