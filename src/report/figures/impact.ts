import type { ImpactSeries } from '../../domain/report.js';
import type { LineChart } from '../charts/chart.js';
import { withUnit } from '../format.js';

/** What was measured, and what there would have been without the change. */
export function impactChart({
  metric,
  unit,
  points,
  cutoverAt,
  effect,
  interval,
  verdict,
}: ImpactSeries): LineChart | null {
  if (points.length === 0) return null;
  const range = interval === null ? 'unknown' : `${withUnit(interval[0], unit)} to ${withUnit(interval[1], unit)}`;
  const known = points.filter(({ counterfactual }) => counterfactual !== null);
  return {
    kind: 'lines',
    title: `${metric}: before and after the cutover`,
    description: `${points.length} points; effect ${withUnit(effect, unit)}, interval ${range}; verdict ${verdict}.`,
    unit,
    x: 'time',
    xName: 'time (UTC)',
    lines: [
      { name: 'measured', style: 'first', points: points.map(({ at, actual }) => ({ x: at, y: actual })) },
      {
        name: 'without the change, with its interval',
        style: 'second',
        points: known.map(({ at, counterfactual, low, high }) => ({ x: at, y: counterfactual, low, high })),
      },
    ],
    marks: [{ at: cutoverAt, name: 'cutover' }],
  };
}
