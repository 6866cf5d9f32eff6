import { cutText } from '../domain/cut-text.js';
import { formatNumber, formatShare } from '../domain/quantity.js';
import type { FeaturePlot } from '../monitors/features/plot-data.js';
import { escaped } from './html/markup.js';

const PANEL = { width: 240, height: 150, gap: 24 } as const;
const BOX = { left: 8, top: 30, width: 224, height: 90 } as const;
const COLUMNS = 3;
const HEAD = 58;

/**
 * Small histograms of features, reference beside window, as one SVG. The reference is filled and the window an outline, so that they can be
 * told apart without colours; each panel says in words what it shows.
 */
export function plotFeatures(plots: readonly FeaturePlot[], title: string): string {
  const rows = Math.ceil(plots.length / COLUMNS);
  const width = COLUMNS * (PANEL.width + PANEL.gap) + PANEL.gap;
  const height = HEAD + rows * (PANEL.height + PANEL.gap);
  const panels = plots.map((plot, at) => {
    const x = PANEL.gap + (at % COLUMNS) * (PANEL.width + PANEL.gap);
    const y = HEAD + Math.floor(at / COLUMNS) * (PANEL.height + PANEL.gap);
    return `<g transform="translate(${x} ${y})" role="img" aria-label="${legible(inWords(plot))}">${panel(plot)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-labelledby="title">
<style>${STYLE}</style>
<rect class="paper" width="${width}" height="${height}"/>
<text id="title" class="title" x="${PANEL.gap}" y="24">${legible(title)}</text>
${legend()}
${panels.join('\n')}
</svg>
`;
}

/** Colours of Okabe and Ito, which the colour-blind can tell apart; dark where the reader's page is. */
const STYLE = `
.paper { fill: #fff } text { font: 12px system-ui, sans-serif; fill: #222 } .title { font-size: 16px; font-weight: 600 }
.name { font-weight: 600 } .small { font-size: 10px; fill: #555 } .axis { stroke: #888; stroke-width: 1 }
.reference { fill: #9aa5b1 } .current { fill: none; stroke: #0072b2; stroke-width: 2 } .drifted .current { stroke: #d55e00 }
@media (prefers-color-scheme: dark) {
  .paper { fill: #16191d } text { fill: #e8e8e8 } .small { fill: #b0b0b0 } .reference { fill: #566270 }
  .current { stroke: #56b4e9 } .drifted .current { stroke: #e69f00 }
}`;

function legend(): string {
  const y = 36;
  const text = (x: number, words: string) => `<text class="small" x="${x}" y="${y + 9}">${words}</text>`;
  return [
    `<rect class="reference" x="24" y="${y}" width="14" height="10"/>${text(44, 'reference')}`,
    `<path class="current" d="M110 ${y + 8}h7v-6h7"/>${text(130, 'window')}`,
    `<g class="drifted"><path class="current" d="M190 ${y + 8}h7v-6h7"/></g>${text(210, 'window, drifted')}`,
  ].join('');
}

function panel(plot: FeaturePlot): string {
  const { feature, drifted, edges, reference, current } = plot;
  const bars = reference.length;
  const most = Math.max(...reference, ...current, Number.EPSILON);
  const [barWidth, base] = [BOX.width / bars, BOX.top + BOX.height];
  const heightOf = (share: number) => (share / most) * BOX.height;
  const filled = reference.map((share, at) => {
    const height = heightOf(share);
    return `<rect class="reference" x="${round(BOX.left + at * barWidth + 0.5)}" y="${round(base - height)}" width="${round(barWidth - 1)}" height="${round(height)}"/>`;
  });
  // Categories have nothing between them, so that their outlines don't touch.
  const outline =
    edges === null
      ? current.map(
          (share, at) =>
            `M${round(BOX.left + at * barWidth + 2)} ${base}V${round(base - heightOf(share))}h${round(barWidth - 4)}V${base}`,
        )
      : [
          `M${BOX.left} ${base}`,
          ...current.map((share) => `V${round(base - heightOf(share))}h${round(barWidth)}`),
          `V${base}`,
        ];
  const note = (x: number, anchor: string, words: string, y: number) =>
    `<text class="small" x="${round(x)}" y="${y}" text-anchor="${anchor}">${legible(words)}</text>`;
  return [
    `<g class="${drifted ? 'drifted' : 'steady'}">`,
    `<text class="name" x="${BOX.left}" y="14">${legible(cutText(feature, drifted ? 20 : 30))}${drifted ? ' (drifted)' : ''}</text>`,
    note(BOX.left, 'start', `up to ${formatShare(most)}`, 26),
    ...filled,
    `<path class="current" d="${outline.join('')}"/>`,
    `<line class="axis" x1="${BOX.left}" x2="${BOX.left + BOX.width}" y1="${base}" y2="${base}"/>`,
    ...axisNotes(plot).map(({ at, anchor, words }) => note(BOX.left + at * BOX.width, anchor, words, base + 14)),
    '</g>',
  ].join('');
}

/** With more categories than this, only the ends are named. */
const MOST_NAMED = 6;

/** What stands below the axis, `at` 0..1 of its length. */
function axisNotes({ edges, categories }: FeaturePlot): { at: number; anchor: string; words: string }[] {
  const names = categories ?? [];
  if (edges === null && names.length <= MOST_NAMED)
    return names.map((name, bar) => ({
      at: (bar + 0.5) / names.length,
      anchor: 'middle',
      words: cutText(name, Math.floor(36 / names.length)),
    }));
  const [first, last] =
    edges === null
      ? [names[0] ?? '', names.at(-1) ?? '']
      : [formatNumber(edges[0] ?? 0), formatNumber(edges.at(-1) ?? 0)];
  return [
    { at: 0, anchor: 'start', words: cutText(first, 18) },
    { at: 1, anchor: 'end', words: cutText(last, 18) },
  ];
}

function inWords({ feature, drifted, edges, categories, reference, current }: FeaturePlot): string {
  const gaps = current.map((share, at) => Math.abs(share - (reference[at] ?? 0)));
  const at = gaps.indexOf(Math.max(...gaps));
  const where =
    edges === null
      ? `value ${categories?.[at] ?? ''}`
      : `values from ${formatNumber(edges[at] ?? 0)} to ${formatNumber(edges[at + 1] ?? 0)}`;
  return `${feature}, ${drifted ? 'drifted' : 'not drifted'}. Largest difference: ${where} are ${formatShare(current[at] ?? 0)} of the window and ${formatShare(reference[at] ?? 0)} of the reference.`;
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Names come from requests: what would be markup, or no XML at all, is none here. */
function legible(text: string): string {
  return escaped(text).replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}');
}
