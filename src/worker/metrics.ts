import type { TelemetryOptions } from '@temporalio/worker';
import { SluiceError } from '../domain/errors.js';

/** @returns where the worker's own metrics are served, null where SLUICE_WORKER_METRICS is not set @throws {SluiceError} USAGE */
export function workerMetricsAddress(env: NodeJS.ProcessEnv = process.env): string | null {
  const address = env['SLUICE_WORKER_METRICS'] ?? '';
  if (address === '') return null;
  const [, port] = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(address) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new SluiceError(
      'USAGE',
      `SLUICE_WORKER_METRICS: "${address}" is not an IP address and port such as 127.0.0.1:9464`,
    );
  return address;
}

/** Prometheus names: seconds, units, `_total`. */
export function metricsTelemetry(bindAddress: string): TelemetryOptions {
  return {
    metrics: {
      prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
    },
  };
}
