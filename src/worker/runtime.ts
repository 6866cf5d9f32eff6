import { DefaultLogger, Runtime } from '@temporalio/worker';
import { describeError, SluiceError } from '../domain/errors.js';
import { metricsTelemetry } from './metrics.js';

let installed = false;

/**
 * The SDK's logs go to standard error, warnings and worse only; its own signal handlers stay out of our shutdown's way.
 * A process has one: later calls change nothing.
 * @param metricsAddress where Prometheus finds the worker's metrics; null serves none
 * @throws {SluiceError} USAGE where that address can't be listened on
 */
export function quietRuntime(metricsAddress: string | null = null): void {
  if (installed) return;
  try {
    Runtime.install({
      logger: new DefaultLogger('WARN'),
      shutdownSignals: [],
      ...(metricsAddress === null ? {} : { telemetryOptions: metricsTelemetry(metricsAddress) }),
    });
  } catch (error) {
    if (metricsAddress === null) throw error;
    throw new SluiceError('USAGE', `worker metrics on ${metricsAddress}: ${describeError(error)}`, { cause: error });
  }
  installed = true;
}
