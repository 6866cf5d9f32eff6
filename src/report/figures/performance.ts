import type { PerformanceSeries, ReportedRollout } from '../../domain/report.js';
import type { LineChart } from '../charts/chart.js';
import { lengthText, timeText, withUnit } from '../format.js';
import { styleAt } from './styles.js';

const MOST_VERSIONS = 4;

/** One metric by version, the baseline first. */
export function performanceChart(
  metric: string,
  series: readonly PerformanceSeries[],
  { baseline, candidate, service }: Pick<ReportedRollout, 'baseline' | 'candidate' | 'service'>,
): LineChart | null {
  const order = [baseline, candidate];
  const rank = ({ version }: PerformanceSeries) => (order.indexOf(version) + order.length + 1) % (order.length + 1);
  const shown = series
    .filter((one) => one.metric === metric && one.points.length > 0)
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, MOST_VERSIONS);
  const [first] = shown;
  if (first === undefined) return null;
  const words = shown.map(({ version, unit, points }) => {
    const values = points.map(({ value }) => value);
    return `${version} between ${withUnit(Math.min(...values), unit)} and ${withUnit(Math.max(...values), unit)}`;
  });
  const width = lengthText(new Date(0).toISOString(), new Date(first.intervalMs).toISOString());
  return {
    kind: 'lines',
    title: `${service}: ${metric} by version`,
    description: `In steps of ${width}, from ${timeText(first.points[0]?.at ?? '')}: ${words.join(', ')}.`,
    unit: first.unit,
    x: 'time',
    xName: 'time (UTC)',
    lines: shown.map(({ version, points, intervalMs }, at) => ({
      name: version,
      style: styleAt(at),
      points: withGaps(points, intervalMs),
    })),
  };
}

/** A stretch in which nothing was measured is no line. */
function withGaps(points: PerformanceSeries['points'], intervalMs: number) {
  return points.flatMap(({ at, value }, n) => {
    const before = points[n - 1];
    const gap = before === undefined ? 0 : Date.parse(at) - Date.parse(before.at);
    const hole = new Date(Date.parse(at) - intervalMs).toISOString();
    return [...(gap > 3 * intervalMs ? [{ x: hole, y: null }] : []), { x: at, y: value }];
  });
}
