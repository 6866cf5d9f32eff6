import { requireCount, requireSample, type Sample } from '../sample/sample.js';

/**
 * Mean of each `width` values in a row; shorter at the start. One pass, with the sum taken anew every so often, so that rounding does
 * not pile up over a long series.
 */
export function rollingMean(values: Sample, width: number): number[] {
  requireCount(width, 'width', 1);
  requireSample(values, 'series');
  let sum = 0;
  return Array.from(values, (value, i) => {
    if (i % 1000 === 0) sum = sumOf(values, Math.max(0, i - width + 1), i + 1);
    else sum += value - (i >= width ? (values[i - width] as number) : 0);
    return sum / Math.min(i + 1, width);
  });
}

function sumOf(values: Sample, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += values[i] as number;
  return sum;
}
