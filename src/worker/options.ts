import type { WorkerOptions as SdkOptions } from '@temporalio/worker';
import type { TemporalSettings } from '../temporal/connection.js';
import type { BundleOptions } from './bundle.js';
import { failureInterceptor } from './failure-interceptor.js';
import { workerMetricsAddress } from './metrics.js';
import { shutdownInterceptor } from './shutdown-interceptor.js';
import type { WorkerTracing } from './tracing.js';
import { deploymentOptions, type WorkerVersion, workerVersion } from './versioning.js';

/** How a worker process runs, whatever it works on. */
export interface RuntimeSettings {
  /** Where Prometheus finds the worker's metrics; null serves none. */
  readonly metricsAddress: string | null;
  /** null: any build takes any rollout. */
  readonly version: WorkerVersion | null;
}

/** From SLUICE_WORKER_METRICS, SLUICE_DEPLOYMENT and SLUICE_BUILD_ID. @throws {SluiceError} USAGE naming variable and value */
export function runtimeSettings(env: NodeJS.ProcessEnv = process.env): RuntimeSettings {
  return { metricsAddress: workerMetricsAddress(env), version: workerVersion(env) };
}

export const PLAIN_RUNTIME: RuntimeSettings = { metricsAddress: null, version: null };

/** An activity that does not end by then is left to its heartbeat's time-out: orchestrators kill after 30 s. */
const FORCE_AFTER = '20s';

/** Each running watch holds one and does next to nothing; a rollback must never wait behind them for a free one. */
const ACTIVITY_SLOTS = 2000;

/** A watch that was called off renews no lease for longer than this (workflows/traffic.ts counts on it). */
const LONGEST_WITHOUT_HEARTBEAT = '2s';

/** After a worker is lost, what was meant for its cache goes to another so soon. */
const STICKY_FOR = '3s';

type Assembled = Pick<
  SdkOptions,
  | 'maxConcurrentActivityTaskExecutions'
  | 'maxHeartbeatThrottleInterval'
  | 'stickyQueueScheduleToStartTimeout'
  | 'interceptors'
  | 'sinks'
  | 'dataConverter'
  | 'workerDeploymentOptions'
  | 'shutdownGraceTime'
  | 'shutdownForceTime'
>;

/** What of the SDK's options follows from how the process runs. */
export function sdkOptions(
  { dataConverter }: Pick<TemporalSettings, 'dataConverter'>,
  { version }: RuntimeSettings,
  tracing: WorkerTracing | null,
): Assembled {
  return {
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
    maxHeartbeatThrottleInterval: LONGEST_WITHOUT_HEARTBEAT,
    stickyQueueScheduleToStartTimeout: STICKY_FOR,
    interceptors: {
      // The first is the outermost: a span sees the failure as Temporal does.
      activity: [
        ...(tracing === null ? [] : [tracing.activityInterceptors]),
        () => ({ inbound: failureInterceptor }),
        () => ({ inbound: shutdownInterceptor }),
      ],
    },
    ...(tracing === null ? {} : { sinks: tracing.sinks }),
    ...(dataConverter === null ? {} : { dataConverter }),
    ...(version === null ? {} : { workerDeploymentOptions: deploymentOptions(version) }),
    // Watches are told at once; what is short, and does not listen, still ends by itself.
    shutdownGraceTime: 0,
    shutdownForceTime: FORCE_AFTER,
  };
}

/** What of the bundle follows from it. */
export function bundleOptions(
  { dataConverter }: Pick<TemporalSettings, 'dataConverter'>,
  tracing: WorkerTracing | null,
): BundleOptions {
  const path = dataConverter?.failureConverterPath;
  return {
    ...(tracing === null ? {} : { interceptorModules: tracing.interceptorModules }),
    ...(path === undefined ? {} : { failureConverterPath: path }),
  };
}
