import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bucketIndex,
  countAbove,
  mergeSketches,
  RELATIVE_ERROR,
  sketchCount,
  sketchQuantile,
} from '../../src/stats/sketch/latency-sketch.js';

const sketchOf = (values: readonly number[]) =>
  values.reduce<Record<string, number>>((counts, ms) => mergeSketches(counts, { [bucketIndex(ms)]: 1 }), {});
const latencies = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });

describe('a latency sketch', () => {
  test('gives every quantile to its relative error', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN;
        expect(Math.abs(sketchQuantile(sketchOf(values), q) - exact)).toBeLessThanOrEqual(
          RELATIVE_ERROR * exact * (1 + 1e-9),
        );
      }),
    );
  });

  test('merged from parts equals the whole', () => {
    fc.assert(
      fc.property(latencies, latencies, (a, b) => {
        expect(mergeSketches(sketchOf(a), sketchOf(b))).toEqual(sketchOf([...a, ...b]));
      }),
    );
  });

  test('counts what lies above', () => {
    const sketch = sketchOf([1, 2, 10, 50, 100]);
    expect([countAbove(sketch, 5), countAbove(sketch, 1000), sketchCount(sketch)]).toEqual([3, 0, 5]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%d ms is refused', (ms) => {
    expect(() => bucketIndex(ms)).toThrow(RangeError);
  });

  test('has no quantile when it is empty', () => {
    expect(() => sketchQuantile({}, 0.5)).toThrow(/empty/);
    expect(() => sketchQuantile({ 1: 1 }, 1.5)).toThrow(/1.5/);
  });
});
