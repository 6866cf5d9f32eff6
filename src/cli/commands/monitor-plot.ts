import { writeFileSync } from 'node:fs';
import { describeError, SluiceError } from '../../domain/errors.js';
import type { MonitorReading } from '../../domain/monitor.js';
import { plotsOf } from '../../monitors/features/plot-data.js';
import { plotFeatures } from '../../report/feature-plot.js';

/**
 * Draws the features of a reading, those that drifted first, into a file (SVG).
 * @returns how many
 * @throws {SluiceError} NOT_FOUND where the reading has none, USAGE where the file can't be written
 */
export function plotReading(reading: MonitorReading, file: string): number {
  const { service, monitor, kind, at, verdict } = reading;
  const plots = plotsOf(reading);
  if (plots.length === 0)
    throw new SluiceError(
      'NOT_FOUND',
      `the reading of ${service}/${monitor} (${kind}, ${verdict}) at ${at} has no features to draw`,
    );
  const title = `${service}/${monitor} at ${at}: ${plots.filter(({ drifted }) => drifted).length} of ${plots.length} drifted`;
  try {
    writeFileSync(file, plotFeatures(plots, title));
  } catch (error) {
    throw new SluiceError('USAGE', `can't write ${file}: ${describeError(error)}`, { cause: error });
  }
  return plots.length;
}
