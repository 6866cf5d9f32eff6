import { formatNumber } from '../../analysis/format.js';
import type { ExperimentReport, MetricEstimate } from '../../domain/experiment.js';
import type { IntervalChart, LineChart } from '../charts/chart.js';
import { timeText, withUnit } from '../format.js';

function primaryOf({ estimates }: ExperimentReport): MetricEstimate | null {
  return estimates.find(({ role, segment }) => role === 'primary' && segment === null) ?? null;
}

/** The effect on the primary metric and its interval at each look. */
export function intervalOverTime(looks: readonly ExperimentReport[]): LineChart | null {
  const points = looks.flatMap((look) => {
    const estimate = primaryOf(look);
    if (estimate === null || estimate.effect === null) return [];
    const [low, high] = estimate.interval ?? [null, null];
    return [{ x: look.at, y: estimate.effect, low, high, metric: estimate.metric }];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  return {
    kind: 'lines',
    title: `${first.metric}: effect and its interval at each look`,
    description: `${points.length} looks; at the newest, ${timeText(last.x)}, the effect is ${formatNumber(last.y)}, between ${withUnit(last.low, null)} and ${withUnit(last.high, null)}.`,
    unit: null,
    x: 'time',
    xName: 'time (UTC)',
    lines: [
      { name: 'effect, with its interval', style: 'first', points },
      { name: 'no effect', style: 'limit', points: [first, last].map(({ x }) => ({ x, y: 0 })) },
    ],
  };
}

const MOST_ROWS = 20;

/** Effects relative to the baseline, which are alike in their unit. */
export function estimatesChart({ estimates }: ExperimentReport): IntervalChart | null {
  const rows = estimates.flatMap(({ metric, segment, relative, relativeInterval }) => {
    if (relative === null || relativeInterval === null) return [];
    const name = segment === null ? metric : `${metric}, ${segment}`;
    return [{ name, low: relativeInterval[0], value: relative, high: relativeInterval[1] }];
  });
  if (rows.length === 0) return null;
  const clear = rows.filter(({ low, high }) => low > 0 || high < 0).length;
  return {
    kind: 'intervals',
    title: 'Effects relative to the baseline',
    description: `Estimates with their intervals; ${clear} of ${rows.length} intervals do not hold 0.`,
    unit: 'share',
    rows: rows.slice(0, MOST_ROWS),
  };
}

export function noveltyChart({ novelty, estimates }: ExperimentReport): LineChart | null {
  if (novelty.days.length === 0) return null;
  const metric = estimates.find(({ role }) => role === 'primary')?.metric ?? 'primary metric';
  const points = novelty.days.map(({ day, effect, interval: [low, high] }) => ({ x: day, y: effect, low, high }));
  return {
    kind: 'lines',
    title: `${metric}: effect by day since a unit's first exposure`,
    description: `${points.length} days; trend ${withUnit(novelty.trend, null)} a day, p ${withUnit(novelty.pValue, null)}.`,
    unit: null,
    x: 'number',
    xName: 'day since first exposure',
    lines: [{ name: 'effect, with its interval', style: 'first', points }],
  };
}
