import { NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { TASK_QUEUE } from '../client/workflow-ids.js';
import { readCsvDataset } from '../datasets/csv-dataset.js';
import { createOpenInferenceClient } from '../inference/open-inference-client.js';
import { createStoreMetrics } from '../metrics/store-metrics.js';
import type { Store } from '../ports/store.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { createGatewayRouter } from '../traffic/gateway-router.js';
import { bundleWorkflows } from './bundle.js';
import { failureInterceptor } from './failure-interceptor.js';
import { quietRuntime } from './runtime.js';

export interface WorkerOptions {
  readonly temporal: TemporalSettings;
  readonly store: Store;
  /** Admin listeners of all gateway replicas. */
  readonly gatewayAdminUrls: readonly string[];
  /** What those listeners ask for. */
  readonly adminToken?: string | null;
  /** Data sets named in specs are looked up from here. */
  readonly dataDir: string;
  readonly taskQueue?: string;
  readonly bundle?: WorkflowBundleWithSourceMap;
}

export interface RunningWorker {
  /** Rejects when the worker fails. */
  readonly ended: Promise<void>;
  /** Lets running activities be told of their end, and waits for it. */
  stop(): Promise<void>;
}

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  quietRuntime();
  const { temporal, store, gatewayAdminUrls, dataDir, taskQueue = TASK_QUEUE } = options;
  const connection = await NativeConnection.connect(temporal.connectionOptions);
  const activities = createActivities({
    store,
    router: createGatewayRouter({ adminUrls: gatewayAdminUrls, adminToken: options.adminToken ?? null }),
    metrics: createStoreMetrics(store),
    readDataset: (path) => readCsvDataset(path, dataDir),
    modelServer: (target, protocol) => createOpenInferenceClient(target, protocol),
  });
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue,
    workflowBundle: options.bundle ?? (await bundleWorkflows()),
    activities,
    interceptors: { activity: [() => ({ inbound: failureInterceptor })] },
    shutdownGraceTime: '5s',
  });
  const ended = worker.run().finally(() => connection.close());
  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}
