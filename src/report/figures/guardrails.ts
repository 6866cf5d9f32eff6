import { comparisonOf } from '../../domain/comparison.js';
import type { GuardrailSequence } from '../../domain/report.js';
import type { Line, LineChart } from '../charts/chart.js';
import { timeText, withUnit } from '../format.js';

/**
 * What the rule compared at each look, and with what. The difference is drawn beside it only where all are of one kind: of a latency, shares of slow requests
 * are compared, while the difference is in milliseconds.
 */
export function guardrailChart(sequence: GuardrailSequence): LineChart | null {
  const { metric, segment, looks, verdict, looksMade } = sequence;
  const judged = looks.map((look) => ({ ...look, compared: comparisonOf({ ...look, metric, ...ruleOf(sequence) }) }));
  const kind = judged.find(({ compared }) => compared !== null)?.compared ?? null;
  const unit = kind === null ? sequence.unit : kind.unit;
  const line = (
    name: string,
    style: Line['style'],
    value: (look: (typeof judged)[number]) => number | null,
  ): Line[] => {
    const points = judged.map((look) => ({ x: look.at, y: value(look) }));
    return points.some(({ y }) => y !== null) ? [{ name, style, points }] : [];
  };
  const isOneKind = kind === null || kind.of === '';
  const lines = [
    ...(isOneKind ? line('candidate minus baseline', 'first', ({ difference }) => difference) : []),
    ...line(`${kind?.of ?? ''}bound`, 'second', ({ compared }) => compared?.bound ?? null),
  ];
  if (lines.length === 0) return null;
  const last = judged.at(-1);
  return {
    kind: 'lines',
    title: `${metric}${segment === null ? '' : `, segment ${segment}`}: looks of the guardrail`,
    description:
      `${looksMade} looks until ${timeText(last?.at ?? '')}; the newest is ${verdict}: difference ${withUnit(last?.difference, sequence.unit)}, ` +
      `${kind?.of ?? ''}bound ${withUnit(last?.compared?.bound, unit)}, limit ${withUnit(last?.compared?.limit, unit)}.`,
    unit,
    x: 'time',
    xName: 'time (UTC)',
    lines: [...lines, ...line('limit', 'limit', ({ compared }) => compared?.limit ?? null)],
  };
}

function ruleOf({ rule, gate }: GuardrailSequence) {
  return { rule, ...(gate === null ? {} : { gate }) };
}
