import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { describeError, SluiceError } from '../domain/errors.js';
import { logToStderr } from '../process/log.js';
import { metricsTelemetry } from './metrics.js';

let installed = false;

/**
 * The SDK's logs are lines of ours, warnings and worse only; its own signal handlers stay out of our shutdown's way.
 * A process has one: later calls change nothing.
 * @param metricsAddress where Prometheus finds the worker's metrics; null serves none
 * @throws {SluiceError} USAGE where that address can't be listened on
 */
export function quietRuntime(metricsAddress: string | null = null): void {
  if (installed) return;
  try {
    Runtime.install({
      logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
        logToStderr(level === 'ERROR' ? 'error' : 'warn', message, meta),
      ),
      shutdownSignals: [],
      telemetryOptions: {
        logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) },
        ...(metricsAddress === null ? {} : metricsTelemetry(metricsAddress)),
      },
    });
  } catch (error) {
    if (metricsAddress === null) throw error;
    throw new SluiceError('USAGE', `worker metrics on ${metricsAddress}: ${describeError(error)}`, { cause: error });
  }
  installed = true;
}
