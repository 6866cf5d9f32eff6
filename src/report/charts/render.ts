import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { escaped } from '../html/markup.js';
import { plain } from '../plain.js';
import type { Chart } from './chart.js';
import { optionOf, type Size } from './option.js';
import type { Palette } from './palette.js';

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

/**
 * The chart as an SVG with a title and a description, without scripts, style sheets or anything from elsewhere.
 * @param id unique on the page
 */
export function renderChart(chart: Chart, size: Size, palette: Palette, id: string): string {
  const drawn = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    drawn.setOption(optionOf(chart, size, palette));
    return tidied(drawn.renderToSVGString(), chart, size, id);
  } finally {
    // Else its timers keep the process.
    drawn.dispose();
  }
}

/**
 * echarts styles text by style attributes, which a page's policy refuses, and has a style sheet for the mouse: both go. In text and in
 * attributes it has escaped quotes and brackets, so that these patterns meet its own markup only.
 */
function tidied(svg: string, chart: Chart, { width, height }: Size, id: string): string {
  const body = svg
    .replace(/^<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ style="([^"]*)"/g, (_, style: string) => textAttributes(style))
    .replaceAll(/ (?:class|pointer-events|xml:space|ecmeta_\w+)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, `${id}-`)
    .replaceAll(/\n+/g, '\n');
  const [title, description] = [escaped(plain(chart.title)), escaped(plain(chart.description, 1000))];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${body}</svg>`;
}

function textAttributes(style: string): string {
  const size = /(\d+(?:\.\d+)?)px/.exec(style)?.[1] ?? '12';
  return ` font-size="${size}" font-family="sans-serif"${/\bbold\b/.test(style) ? ' font-weight="bold"' : ''}`;
}
