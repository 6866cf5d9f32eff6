import type { Chart, LineChart } from '../charts/chart.js';
import { PAGE } from '../charts/palette.js';
import { renderChart } from '../charts/render.js';
import { timeText, withUnit } from '../format.js';
import { plain } from '../plain.js';
import { thin } from '../thin.js';
import { type Content, html, type Markup, trusted } from './markup.js';
import { numbers } from './table.js';

const MOST_ROWS = 60;
const WIDE = 760;
const NARROW = 360;

/** Makes the figures of one page; each has an id of its own. @param isSmall for several beside each other */
export type Draw = (chart: Chart | null, isSmall?: boolean) => Markup;

export function createDraw(): Draw {
  let drawn = 0;
  return (chart, isSmall = false) => {
    if (chart === null) return html`<p class="none">There is nothing to draw.</p>`;
    drawn += 1;
    return figure(chart, isSmall, `c${drawn}`);
  };
}

/** In two widths, as text in a picture that is made small can't be read; the sheet shows the one that fits. Its numbers are below it. */
function figure(chart: Chart, isSmall: boolean, id: string): Markup {
  const narrow = renderChart(chart, { width: NARROW, height: heightOf(chart, isSmall) }, PAGE, `${id}n`);
  const wide = isSmall ? null : renderChart(chart, { width: WIDE, height: heightOf(chart, false) }, PAGE, `${id}w`);
  const pictures =
    wide === null
      ? trusted(narrow)
      : html`<div class="wide">${trusted(wide)}</div><div class="narrow">${trusted(narrow)}</div>`;
  return html`<figure><figcaption>${plain(chart.title)}</figcaption>${pictures}
<details class="data"><summary>Numbers of this chart</summary>${dataOf(chart)}</details></figure>`;
}

function heightOf(chart: Chart, isSmall: boolean): number {
  switch (chart.kind) {
    case 'lines':
      return isSmall ? 220 : 300;
    case 'bars':
      return chart.isHorizontal ? 50 + chart.names.length * 24 : 220;
    case 'intervals':
      return 60 + chart.rows.length * 30;
  }
}

function dataOf(chart: Chart): Markup {
  const caption = plain(chart.title);
  switch (chart.kind) {
    case 'lines':
      return linesTable(chart, caption);
    case 'bars': {
      const rows = chart.names.map((name, at) => [
        plain(name),
        ...chart.sets.map(({ values }) => withUnit(values[at], chart.unit)),
      ]);
      return numbers(caption, ['', ...chart.sets.map(({ name }) => name)], rows);
    }
    case 'intervals': {
      const rows = chart.rows.map(({ name, low, value, high }) => [
        plain(name),
        ...[value, low, high].map((one) => withUnit(one, chart.unit)),
      ]);
      return numbers(caption, ['', 'estimate', 'low', 'high'], rows);
    }
  }
}

function linesTable({ lines, x, xName, unit }: LineChart, caption: string): Markup {
  const columns = lines.flatMap((line, at) => [
    { name: line.name, at, value: 'y' as const },
    ...(line.points.some(({ low }) => typeof low === 'number')
      ? [
          { name: `${line.name}: low`, at, value: 'low' as const },
          { name: `${line.name}: high`, at, value: 'high' as const },
        ]
      : []),
  ]);
  const rows = new Map<string | number, Content[]>();
  for (const [column, { at, value }] of columns.entries())
    for (const point of lines[at]?.points ?? []) {
      const row = rows.get(point.x) ?? columns.map(() => '–');
      row[column] = withUnit(point[value], unit);
      rows.set(point.x, row);
    }
  const all = [...rows].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const shown = thin(all, MOST_ROWS);
  const words =
    x === 'time'
      ? (at: string | number) => timeText(String(at))
      : (at: string | number) => withUnit(Number(at), x === 'log-ms' ? 'ms' : null);
  const note =
    shown.length < all.length ? ` (${shown.length} of ${all.length} rows, evenly chosen; the JSON twin has more)` : '';
  return numbers(
    `${caption}${note}`,
    [xName, ...columns.map(({ name }) => name)],
    shown.map(([at, cells]) => [words(at), ...cells]),
  );
}
