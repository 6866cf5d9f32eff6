import { extname } from 'node:path';
import { SluiceError } from '../../domain/errors.js';
import { plotMetric } from '../../report/plot-metric.js';
import { toPng } from '../../report/png.js';
import { fetchReport, write } from './report.js';

export interface PlotOptions {
  readonly metric: string;
  readonly output: string;
}

/** The ending of the file says what is drawn. */
export async function plot(rollout: string, { metric, output }: PlotOptions): Promise<void> {
  const ending = extname(output).toLowerCase();
  if (ending !== '.svg' && ending !== '.png')
    throw new SluiceError('USAGE', `-o: "${output}" ends neither in .svg nor in .png`);
  const svg = plotMetric(await fetchReport(rollout), metric);
  await write(output, ending === '.svg' ? svg : await toPng(svg));
}
