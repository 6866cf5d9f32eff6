import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { AccessLog } from './access-log.js';
import { createAdmin } from './admin.js';
import { type GatewayConfig, initialRoutes } from './config.js';
import { createDataPlane } from './data-plane.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { listen } from './listener.js';
import { type Log, logToStderr } from './log.js';
import { createMetrics } from './metrics.js';
import { PredictionIds } from './prediction-id.js';
import { predictionKey } from './prediction-key.js';
import { Recorder } from './recorder.js';
import { RouteTable } from './route-table.js';
import { UserServer } from './server/user-server.js';
import { ShadowQueue } from './shadow-queue.js';
import { Shipper } from './shipper.js';
import { Spool } from './spool.js';
import { Upstreams } from './upstream/upstreams.js';

export interface GatewayOptions {
  readonly gatewayId: string;
  readonly config: GatewayConfig;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Where records go; null keeps none. */
  readonly collectorUrl: string | null;
  readonly stateDir: string;
  /** File that gets a line for each answer; absent: none is written. */
  readonly accessLog?: string;
  readonly predictionKey?: string;
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
}

export interface RunningGateway {
  readonly gatewayId: string;
  readonly dataUrl: string;
  readonly adminUrl: string;
  /** Takes no new connections, answers what is on its way, ships what it recorded: within `limits.shutdownMs`, about. */
  close(): Promise<void>;
}

/**
 * Starts one replica of the data plane.
 * @throws {SluiceError} USAGE when a port can't be had or the prediction key is too short; nothing is left running then
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { gatewayId, config, collectorUrl, stateDir, log = logToStderr } = options;
  const limits = limitsOf(options);
  const ids = new PredictionIds(await predictionKey(options.predictionKey, stateDir));
  const routes = await RouteTable.open(gatewayId, join(stateDir, 'routes.json'), initialRoutes(config), log);
  const spool = await Spool.open(join(stateDir, 'spool'), limits.spoolBytes);
  const { bufferedPredictions: most, batchRecords, predictionsPerSecond, shipIntervalMs: intervalMs } = limits;
  const { predictionSample } = config;
  const recorder = new Recorder({ most, batchRecords, predictionSample, predictionsPerSecond });
  const metrics = createMetrics({ routes, totals: recorder.totals, spoolBytes: () => spool.bytes });
  const accessLog = options.accessLog === undefined ? null : await AccessLog.open(options.accessLog, log);
  const upstreams = new Upstreams(limits);
  const shadow = new ShadowQueue({ routes, upstreams, recorder, metrics, limits });
  const handle = createDataPlane({ routes, upstreams, recorder, metrics, ids, shadow, limits, accessLog });
  const stalledMs = limits.stalledUserMs;
  const data = await UserServer.listen(handle, {
    host: options.host,
    port: options.port,
    connections: limits.userConnections,
    stalledMs,
  });
  const admin = await listen(createAdmin({ gatewayId, routes, metrics }), {
    host: options.adminHost,
    port: options.adminPort,
    stalledMs,
  }).catch(async (error: unknown) => {
    upstreams.close();
    await Promise.all([data.close(0), accessLog?.close()]);
    throw error;
  });
  const droppedShadowCopies = () => shadow.dropped;
  const shipper = new Shipper({
    gatewayId,
    collectorUrl,
    intervalMs,
    recorder,
    spool,
    droppedShadowCopies,
    isInForce: (route) => routes.isInForce(route),
    log,
  });
  log('info', 'gateway serves', { gatewayId, dataUrl: data.url, adminUrl: admin.url });
  return {
    gatewayId,
    dataUrl: data.url,
    adminUrl: admin.url,
    /** Users first; what they and their shadow copies leave behind is shipped last. */
    async close() {
      const left = countdown(limits.shutdownMs);
      await data.close(left());
      await shadow.close(left());
      await shipper.close(Math.max(left(), LEAST_SHIPPING_MS));
      await admin.close(left());
      upstreams.close();
      await accessLog?.close();
    },
  };
}

/** One try to ship the last batch, even where users took all the time there was. */
const LEAST_SHIPPING_MS = 1000;

/** The options' limits beat the configuration file's, and those the defaults. */
function limitsOf({ config: { answerTimeoutMs }, limits }: GatewayOptions): Limits {
  return { ...DEFAULT_LIMITS, ...(answerTimeoutMs === undefined ? {} : { answerTimeoutMs }), ...limits };
}

/** @returns the milliseconds that are left, never less than 0 */
function countdown(totalMs: number): () => number {
  const endsAt = performance.now() + totalMs;
  return () => Math.max(0, endsAt - performance.now());
}
