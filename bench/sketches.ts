import { DDSketch } from '@datadog/sketches-js';
import { build } from 'hdr-histogram-js';
import {
  bucketIndex,
  mergeSketches,
  quantiles,
  RELATIVE_ERROR,
  type SketchCounts,
  seededRandom,
  sketchQuantile,
} from '../src/stats/index.js';
import { median, printTable } from './table.js';

/** Quantile sketches of a million heavy-tailed latencies: how long, how right, how large. */
const N = 1_000_000;
const QS = [0.5, 0.9, 0.95, 0.99, 0.999];
const random = seededRandom(20261121);
const latencies = Float64Array.from({ length: N }, () => 20 / Math.sqrt(1 - random()));
const exact = quantiles(latencies, QS, 'lower');

interface Sketch {
  readonly name: string;
  /** @returns quantiles and the bytes one would store or send */
  readonly run: (values: Float64Array) => { quantile: (q: number) => number; bytes: number };
  readonly merge: (parts: readonly Float64Array[]) => number;
}

function ours(values: Float64Array): SketchCounts {
  const counts = new Map<number, number>();
  for (const value of values) {
    const index = bucketIndex(value);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
const datadog = (values: Float64Array) => {
  const sketch = new DDSketch({ relativeAccuracy: RELATIVE_ERROR });
  for (const value of values) sketch.accept(value);
  return sketch;
};
const hdr = (digits: 2 | 3) => (values: Float64Array) => {
  const histogram = build({
    numberOfSignificantValueDigits: digits,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3.6e9,
  });
  // Whole numbers only: microseconds.
  for (const value of values) histogram.recordValue(Math.round(value * 1000));
  return histogram;
};
const hdrSketch = (digits: 2 | 3): Sketch => ({
  name: `hdr-histogram-js, ${digits} digits`,
  run: (values) => {
    const histogram = hdr(digits)(values);
    return {
      quantile: (q) => histogram.getValueAtPercentile(q * 100) / 1000,
      bytes: histogram.estimatedFootprintInBytes,
    };
  },
  merge: (parts) => {
    const [first, ...rest] = parts.map(hdr(digits));
    const start = performance.now();
    for (const part of rest) first?.add(part);
    return performance.now() - start;
  },
});

const SKETCHES: readonly Sketch[] = [
  {
    name: `ours (DDSketch's buckets, ${RELATIVE_ERROR})`,
    run: (values) => {
      const counts = ours(values);
      return { quantile: (q) => sketchQuantile(counts, q), bytes: JSON.stringify(counts).length };
    },
    merge: (parts) => {
      const sketches = parts.map(ours);
      const start = performance.now();
      mergeSketches(...sketches);
      return performance.now() - start;
    },
  },
  {
    name: `@datadog/sketches-js, ${RELATIVE_ERROR}`,
    run: (values) => {
      const sketch = datadog(values);
      return { quantile: (q) => sketch.getValueAtQuantile(q), bytes: sketch.toProto().length };
    },
    merge: (parts) => {
      const [first, ...rest] = parts.map(datadog);
      const start = performance.now();
      for (const part of rest) first?.merge(part);
      return performance.now() - start;
    },
  },
  hdrSketch(2),
  hdrSketch(3),
];

const parts = Array.from({ length: 100 }, (_, i) => latencies.subarray((i * N) / 100, ((i + 1) * N) / 100));
printTable(
  ['sketch', 'ms per 1e6', ...QS.map((q) => `p${q * 100} off`), 'bytes', 'ms to merge 100'],
  SKETCHES.map(({ name, run, merge }) => {
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      run(latencies);
      return performance.now() - start;
    });
    const { quantile, bytes } = run(latencies);
    const errors = QS.map((q, i) => Math.abs(quantile(q) / (exact[i] as number) - 1));
    return [
      name,
      median(times).toFixed(0),
      ...errors.map((e) => `${(100 * e).toFixed(2)} %`),
      String(bytes),
      merge(parts).toFixed(2),
    ];
  }),
);
