import { formatCount, formatNumber } from '../../../domain/quantity.js';
import type { GuardrailSequence, Report } from '../../../domain/report.js';
import { guardrailChart } from '../../figures/guardrails.js';
import { latencyChart } from '../../figures/latency.js';
import { performanceChart } from '../../figures/performance.js';
import { withUnit } from '../../format.js';
import { plain } from '../../plain.js';
import type { Draw } from '../figure.js';
import { html, type Markup } from '../markup.js';
import { table } from '../table.js';
import { section, timeMark, verdictMark } from '../words.js';

const MOST_CHARTS = 20;

export function guardrails({ guardrails: sequences }: Report, draw: Draw): Markup {
  return section('guardrails', 'Guardrails', sequences, (data) => [
    table(
      'The newest look at each',
      [
        { name: 'guardrail', cell: nameOf },
        { name: 'verdict', cell: ({ verdict, dryRun }) => [verdictMark(verdict), dryRun ? ' (dry run)' : ''] },
        { name: 'looks', isNumber: true, cell: ({ looksMade }) => formatCount(looksMade) },
        {
          name: 'rule',
          cell: ({ rule, alpha }) => `${plain(rule)}${alpha > 0 ? `, alpha ${formatNumber(alpha)}` : ''}`,
        },
        { name: 'numbers', isLong: true, cell: ({ looks }) => plain(looks.at(-1)?.reason ?? '', 600) },
      ],
      data,
    ),
    data.length > MOST_CHARTS
      ? html`<p class="note">Charts of the first ${MOST_CHARTS} of ${data.length} are drawn.</p>`
      : null,
    data.slice(0, MOST_CHARTS).map((sequence) => sequenceOf(sequence, draw)),
  ]);
}

const nameOf = ({ metric, segment }: GuardrailSequence) =>
  `${plain(metric)}${segment === null ? '' : `, segment ${plain(segment)}`}`;

/** One look is no line: the table has said it all. */
function sequenceOf(sequence: GuardrailSequence, draw: Draw): Markup | null {
  if (sequence.looks.length < 2) return null;
  const chart = guardrailChart(sequence);
  const changes = sequence.looks.filter(({ verdict }, at) => verdict !== sequence.looks[at - 1]?.verdict).slice(0, 20);
  return html`<h3>${nameOf(sequence)}</h3>${
    chart === null ? html`<p class="none">No look could compute a difference.</p>` : draw(chart)
  }<p class="small">Verdicts: ${changes.map(({ at, verdict, phase }, n) => html`${n === 0 ? '' : ', then '}${verdictMark(verdict)} (${phase}, ${timeMark(at)})`)}</p>`;
}

export function latency({ latency: distributions }: Report, draw: Draw): Markup {
  return section('latency', 'Latency by version', distributions, (data) => [
    draw(latencyChart(data)),
    table(
      'Quantiles, within 1 % of themselves',
      [
        { name: 'version', cell: ({ version }) => plain(version) },
        { name: 'arm', cell: ({ arm }) => arm },
        { name: 'requests', isNumber: true, cell: ({ requests }) => formatCount(requests) },
        {
          name: 'errors',
          isNumber: true,
          cell: ({ errors, requests }) =>
            `${formatCount(errors)} (${withUnit(requests === 0 ? null : errors / requests, 'share')})`,
        },
        ...(['p50', 'p90', 'p95', 'p99', 'max'] as const).map((name) => ({
          name,
          isNumber: true,
          cell: ({ quantiles }: (typeof data)[number]) => withUnit(quantiles?.[name], 'ms'),
        })),
      ],
      data,
    ),
  ]);
}

export function performance({ performance: series, rollout }: Report, draw: Draw): Markup {
  return section('performance', 'Performance over time', series, (data) =>
    [...new Set(data.map(({ metric }) => metric))].map((metric) => draw(performanceChart(metric, data, rollout))),
  );
}
