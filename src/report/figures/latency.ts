import type { LatencyDistribution } from '../../domain/report.js';
import type { LineChart } from '../charts/chart.js';
import { withUnit } from '../format.js';
import { styleAt } from './styles.js';

const MOST_LINES = 4;

/** The share of answers that took at most so long. */
export function latencyChart(distributions: readonly LatencyDistribution[]): LineChart | null {
  const shown = distributions.filter(({ curve }) => curve.length > 0).slice(0, MOST_LINES);
  if (shown.length === 0) return null;
  const words = shown.map(({ version, arm, quantiles }) => `${version} (${arm}) ${withUnit(quantiles?.p99, 'ms')}`);
  return {
    kind: 'lines',
    title: 'Latency distributions',
    description: `The share of answers that took at most so long. 99 % took at most: ${words.join(', ')}.`,
    unit: 'share',
    x: 'log-ms',
    xName: 'latency (ms)',
    lines: shown.map(({ version, arm, curve }, at) => ({
      name: `${version} (${arm})`,
      style: styleAt(at),
      points: curve.map(({ ms, share }) => ({ x: ms, y: share })),
    })),
  };
}
