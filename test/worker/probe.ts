import { fileURLToPath } from 'node:url';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import {
  connectTemporal,
  type TemporalLink,
  type TemporalSettings,
  temporalSettings,
} from '../../src/temporal/connection.js';
import { bundleOptions, PLAIN_RUNTIME, type RuntimeSettings, sdkOptions } from '../../src/worker/options.js';
import { quietRuntime } from '../../src/worker/runtime.js';
import { workerTracing } from '../../src/worker/tracing.js';

export interface Probe {
  readonly link: TemporalLink;
  readonly settings: TemporalSettings;
  /** A worker as `sluice worker` assembles it, over workflows and activities of the test. It does not run yet. */
  worker(queue: string, activities: object, more?: Partial<WorkerOptions>, runtime?: RuntimeSettings): Promise<Worker>;
  close(): Promise<void>;
}

/** The runtime of worker and client with the environment as it is now, on the test run's dev server. */
export async function openProbe(): Promise<Probe> {
  quietRuntime();
  const settings = temporalSettings(process.env['SLUICE_TEST_TEMPORAL']);
  const tracing = await workerTracing();
  const link = await connectTemporal(settings);
  const connection = await NativeConnection.connect(settings.connectionOptions);
  const { interceptorModules = [], failureConverterPath } = bundleOptions(settings, tracing);
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./probe-workflows.ts', import.meta.url)),
    workflowInterceptorModules: [...interceptorModules],
    logger: new DefaultLogger('WARN'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  return {
    link,
    settings,
    worker: (taskQueue, activities, more = {}, runtime = PLAIN_RUNTIME) =>
      Worker.create({
        ...sdkOptions(settings, runtime, tracing),
        connection,
        taskQueue,
        workflowBundle,
        activities,
        ...more,
      }),
    close: async () => {
      await tracing?.flush();
      await connection.close();
      await link.close();
    },
  };
}

export const echoes = {
  echo: async (text: string) => `echo of ${text}`,
  refuse: async (text: string): Promise<never> => {
    throw ApplicationFailure.create({ message: `refused: ${text}`, category: ApplicationFailureCategory.BENIGN });
  },
};
