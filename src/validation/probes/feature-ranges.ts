import { momentsOf, varianceOf } from '../../stats/index.js';
import type { AnsweredRow } from '../answered-row.js';

/** What the sample shows of one feature; null where it has no value in it. */
export interface FeatureRange {
  readonly min: number;
  readonly max: number;
  readonly sd: number;
  /** All values are integers: what is made of them should be, too. */
  readonly isInteger: boolean;
}

export function featureRanges(sample: readonly AnsweredRow[], features: number): (FeatureRange | null)[] {
  return Array.from({ length: features }, (_, at) => {
    const values = sample.map((row) => row.features[at] ?? null).filter((value) => value !== null);
    if (values.length === 0) return null;
    return {
      min: values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
      max: values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
      sd: values.length < 2 ? 0 : Math.sqrt(varianceOf(momentsOf(values))),
      isInteger: values.every(Number.isInteger),
    };
  });
}
