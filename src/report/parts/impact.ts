import { type ImpactSeries, none, type Part, part } from '../../domain/report.js';
import { thin } from '../thin.js';

const MOST_SERIES = 12;
const MOST_POINTS = 400;

export function impactSeries(series: readonly ImpactSeries[]): Part<readonly ImpactSeries[]> {
  if (series.length === 0) return none('There is no impact analysis: none was asked for, or it has not ended yet.');
  const shown = series.slice(0, MOST_SERIES).map((one) => ({ ...one, points: thin(one.points, MOST_POINTS) }));
  const notes = [
    ...(shown.length < series.length ? [`${shown.length} of ${series.length} metrics are shown.`] : []),
    ...(series.some(({ points }) => points.length > MOST_POINTS)
      ? [`Of more than ${MOST_POINTS} points an even selection is shown.`]
      : []),
  ];
  return part(shown, notes.length === 0 ? null : notes.join(' '));
}
