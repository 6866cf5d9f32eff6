import { Client } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { createRunningRollouts } from '../client/running-rollouts.js';
import { alertSinkOver } from '../client/send-alert.js';
import { TASK_QUEUE } from '../client/workflow-ids.js';
import type { Config } from '../config.js';
import { datasetDeps, openDataset } from '../datasets/open-dataset.js';
import type { PublicKey } from '../domain/identity.js';
import { createModelServer } from '../inference/model-server.js';
import { createEventSource } from '../metrics/experiment-source.js';
import { createPromQuery, createPromVectorQuery } from '../metrics/prometheus/prometheus.js';
import { readPrometheusSettings } from '../metrics/prometheus/settings.js';
import { createQueryReader } from '../metrics/query-reader.js';
import { createStoreMetrics } from '../metrics/store-metrics.js';
import { createAddressPolicy } from '../net/address-policy.js';
import { parseAllowedPrivate } from '../net/allowed-private.js';
import type { Store } from '../ports/store.js';
import { openRegistry } from '../registry/open-registry.js';
import { openScaler } from '../scaling/open-scaler.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { openRouter } from '../traffic/open-router.js';
import { createCustomChecks } from '../validation/custom/index.js';
import { bundleWorkflows } from './bundle.js';
import { bundleOptions, PLAIN_RUNTIME, type RuntimeSettings, sdkOptions } from './options.js';
import { quietRuntime } from './runtime.js';
import { workerTracing } from './tracing.js';

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
  readonly bundle?: WorkflowBundle;
  /** Whose statements are believed; absent or null: actors are taken as given. A bundle that is passed in has its own for commands. */
  readonly identityKeys?: readonly PublicKey[] | null;
  /** What a spec's URLs may lead to, where model versions are kept, and which model servers it runs itself. */
  readonly config: Pick<Config, 'allowPrivate' | 'localModels' | 'modelRegistry' | 'modelRegistryToken'>;
  /** As the gateways hash units; absent: metrics whose query gives units as users send them are unreadable. */
  readonly hashUnit?: (unit: string) => string;
  /** Metrics and version; absent: none of them. */
  readonly runtime?: RuntimeSettings;
}

export interface RunningWorker {
  /** Rejects when the worker fails. */
  readonly ended: Promise<void>;
  /** Polls no more, tells running activities of their end, and waits for it; another worker goes on at once. */
  stop(): Promise<void>;
}

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const {
    temporal,
    store,
    config,
    gatewayAdminUrls,
    dataDir,
    taskQueue = TASK_QUEUE,
    runtime = PLAIN_RUNTIME,
  } = options;
  const allowed = parseAllowedPrivate(config.allowPrivate);
  const datasets = datasetDeps({ dataDir, allowed });
  quietRuntime(runtime.metricsAddress);
  const tracing = await workerTracing();
  const connection = await NativeConnection.connect(temporal.connectionOptions);
  const identityKeys = options.identityKeys ?? null;
  const client = clientOver(connection, temporal);
  const policy = createAddressPolicy(allowed);
  const prometheus = readPrometheusSettings();
  const scaling = await openScaler(policy, config.localModels);
  const activities = createActivities({
    store,
    identityKeys,
    scaler: scaling.scaler,
    router: await openRouter({
      adminUrls: gatewayAdminUrls,
      adminToken: options.adminToken ?? null,
      ...(tracing && { traceHeaders: () => tracing.traceHeaders() }),
    }),
    metrics: createStoreMetrics(store),
    queries: createQueryReader({
      policy,
      prometheus,
      variables: (name) => process.env[name],
    }),
    events: createEventSource({
      connections: (name) => process.env[name],
      select: (statement, timeoutMs) => store.experiments.select(statement, timeoutMs),
      hashUnit: options.hashUnit ?? null,
    }),
    openDataset: (spec, signal) => openDataset(spec, datasets, signal),
    modelServer: (target, protocol) => createModelServer(target, protocol, { policy }),
    custom: createCustomChecks({ dataDir, policy }),
    policy,
    models: openRegistry(config, store),
    rollouts: createRunningRollouts(client),
    alerts: alertSinkOver(client),
    promQuery: prometheus && createPromQuery(prometheus),
    promVector: prometheus && createPromVectorQuery(prometheus),
  });
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue,
    workflowBundle: options.bundle ?? (await bundleWorkflows({ ...bundleOptions(temporal, tracing), identityKeys })),
    activities,
    ...sdkOptions(temporal, runtime, tracing),
  });
  // A worker that was left behind by force still holds the connection; why it ended matters more.
  const ended = worker.run().finally(() => connection.close().catch(() => undefined));
  return {
    ended,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended.finally(() => Promise.all([tracing?.flush(), scaling.stop()]));
    },
  };
}

/** For activities that ask Temporal itself. */
function clientOver(connection: NativeConnection, { namespace, dataConverter }: TemporalSettings): Client {
  return new Client({ connection, namespace, ...(dataConverter === null ? {} : { dataConverter }) });
}
