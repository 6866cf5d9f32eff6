import { SluiceError } from '../domain/errors.js';
import type { Report } from '../domain/report.js';
import { PAPER } from './charts/palette.js';
import { renderChart } from './charts/render.js';
import { performanceChart } from './figures/performance.js';
import { escaped } from './html/markup.js';
import { plain } from './plain.js';

const SIZE = { width: 900, height: 420 };
/** For the title, which a picture of its own has to show. */
const HEAD = 34;

/**
 * One metric over time by version, as an SVG file.
 * @throws {SluiceError} NOT_FOUND naming the metrics that there are
 */
export function plotMetric({ performance, rollout }: Report, metric: string): string {
  const chart = performanceChart(metric, performance.data ?? [], rollout);
  if (chart === null) {
    const known = [...new Set((performance.data ?? []).map((series) => series.metric))];
    const rest = known.length === 0 ? (performance.note ?? 'nothing was recorded') : `there are ${known.join(', ')}`;
    throw new SluiceError('NOT_FOUND', `${rollout.rolloutId} has no ${metric} over time: ${rest}`);
  }
  const inner = renderChart(chart, SIZE, PAPER, 'plot');
  const height = SIZE.height + HEAD;
  const title = escaped(plain(`${chart.title}, ${rollout.rolloutId}`, 110));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${height}" width="${SIZE.width}" height="${height}"><rect width="${SIZE.width}" height="${height}" fill="#ffffff"/><text x="12" y="22" font-size="16" font-family="sans-serif" font-weight="bold" fill="${PAPER.ink}">${title}</text>${inner.replace('<svg ', `<svg y="${HEAD}" `)}</svg>\n`;
}
