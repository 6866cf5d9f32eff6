import type { GuardrailSequence } from '../../domain/report.js';
import type { Line, LineChart } from '../charts/chart.js';
import { timeText, withUnit } from '../format.js';

/** The difference at each look, the bound that the rule compared, and the margin that it compared with. */
export function guardrailChart({
  metric,
  segment,
  unit,
  looks,
  verdict,
  looksMade,
}: GuardrailSequence): LineChart | null {
  const line = (name: string, style: Line['style'], value: (look: (typeof looks)[number]) => number | null): Line[] => {
    const points = looks.map((look) => ({ x: look.at, y: value(look) }));
    return points.some(({ y }) => y !== null) ? [{ name, style, points }] : [];
  };
  const lines = [
    ...line('candidate minus baseline', 'first', ({ difference }) => difference),
    ...line('bound', 'second', ({ bound }) => bound),
  ];
  if (lines.length === 0) return null;
  const last = looks.at(-1);
  return {
    kind: 'lines',
    title: `${metric}${segment === null ? '' : `, segment ${segment}`}: looks of the guardrail`,
    description: `${looksMade} looks until ${timeText(last?.at ?? '')}; the newest is ${verdict}: difference ${withUnit(last?.difference, unit)}, bound ${withUnit(last?.bound, unit)}, margin ${withUnit(last?.margin, unit)}.`,
    unit,
    x: 'time',
    xName: 'time (UTC)',
    lines: [...lines, ...line('margin', 'limit', ({ margin }) => margin)],
  };
}
