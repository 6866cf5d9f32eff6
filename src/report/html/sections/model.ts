import { formatCount, formatP } from '../../../domain/quantity.js';
import type { ConfusionMatrix, FeatureRank, Report } from '../../../domain/report.js';
import { driftChart, histogramChart } from '../../figures/drift.js';
import { withUnit } from '../../format.js';
import { plain } from '../../plain.js';
import type { Draw } from '../figure.js';
import { html, type Markup } from '../markup.js';
import { table } from '../table.js';
import { section, verdictMark } from '../words.js';

export function drift({ drift: found }: Report, draw: Draw): Markup {
  return section('drift', 'Drift by feature', found, (data) => [
    html`<p>${verdictMark(data.verdict)} ${data.findings.length === 0 ? `${plain(data.reason, 600)}. ` : ''}Compared are ${formatCount(data.rows.candidate)} requests of the candidate with ${formatCount(data.rows.baseline)} of the baseline.</p>`,
    data.findings.length === 0
      ? null
      : html`<ul>${data.findings.map((message) => html`<li>${plain(message, 600)}</li>`)}</ul>`,
    draw(driftChart(data)),
    table<FeatureRank>(
      `${data.features.length} features, the farthest first`,
      [
        { name: 'feature', cell: ({ feature }) => plain(feature) },
        { name: 'drifted', cell: ({ drifted }) => (drifted ? '✘ yes' : 'no') },
        { name: 'distance', isNumber: true, cell: ({ distance }) => withUnit(distance, null) },
        { name: 'p', isNumber: true, cell: ({ p }) => formatP(p) },
        { name: 'missing', isNumber: true, cell: ({ missingShare }) => withUnit(missingShare, 'share') },
      ],
      data.features,
    ),
    html`<div class="grid">${data.histograms.map((histogram) => draw(histogramChart(histogram), true))}</div>`,
  ]);
}

export function confusion({ confusion: matrices }: Report): Markup {
  return section(
    'confusion',
    'Confusion matrices',
    matrices,
    (data) => html`<div class="grid">${data.map(matrix)}</div>`,
  );
}

/** A table rather than a picture: shades say the same as the numbers, and a screen reader can walk it. */
function matrix({ version, arm, classes, counts, labelled, accuracy }: ConfusionMatrix, at: number): Markup {
  const id = `m${at + 1}`;
  const facts = `${formatCount(labelled)} labelled predictions, accuracy ${withUnit(accuracy, 'share')}; rows are true, columns predicted labels`;
  const names = classes.map((name) => plain(name, 60) || '(empty)');
  const cells = (row: readonly number[], own: number) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map(
      (count, column) =>
        html`<td class="h${shadeOf(count, total)}${column === own ? ' hit' : ''}">${formatCount(count)}</td>`,
    );
  };
  return html`<div><h3 id="${id}">${plain(version)} (${arm})</h3><p class="small">${facts}</p>
<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table class="matrix" aria-labelledby="${id}">
<thead><tr><th scope="col">true</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${counts.map((row, own) => html`<tr><th scope="row">${names[own]}</th>${cells(row, own)}</tr>\n`)}</tbody></table></div></div>`;
}

/** By the share of the row. */
function shadeOf(count: number, total: number): number {
  return total === 0 ? 0 : Math.min(9, Math.round((9 * count) / total));
}
