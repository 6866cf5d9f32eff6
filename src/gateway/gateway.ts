import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SluiceError } from '../domain/errors.js';
import { createAdmin } from './admin.js';
import { type GatewayConfig, initialRoutes } from './config.js';
import { createDataPlane } from './data-plane.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { type Log, logToStderr } from './log.js';
import { createMetrics } from './metrics.js';
import { PredictionIds } from './prediction-id.js';
import { predictionKey } from './prediction-key.js';
import { Recorder } from './recorder.js';
import { RouteTable } from './route-table.js';
import { ShadowQueue } from './shadow-queue.js';
import { Shipper } from './shipper.js';
import { Spool } from './spool.js';
import { Upstreams } from './upstream.js';

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
  readonly predictionKey?: string;
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
}

export interface RunningGateway {
  readonly gatewayId: string;
  readonly dataUrl: string;
  readonly adminUrl: string;
  /** Takes no new connections, answers what is on its way, ships what it recorded. */
  close(): Promise<void>;
}

/** Starts one replica of the data plane. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { gatewayId, config, collectorUrl, stateDir, log = logToStderr } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const ids = new PredictionIds(await predictionKey(options.predictionKey, stateDir));
  const routes = await RouteTable.open(gatewayId, join(stateDir, 'routes.json'), initialRoutes(config), log);
  const spool = await Spool.open(join(stateDir, 'spool'), limits.spoolBytes);
  const upstreams = new Upstreams(limits);
  const recorder = new Recorder(limits.bufferedPredictions);
  const metrics = createMetrics(routes, () => spool.bytes);
  const shadow = new ShadowQueue({ routes, upstreams, recorder, metrics, limits });
  const droppedShadowCopies = () => shadow.dropped;
  const shipper = new Shipper({
    gatewayId,
    collectorUrl,
    intervalMs: limits.shipIntervalMs,
    recorder,
    spool,
    droppedShadowCopies,
    log,
  });
  const data = await listen(
    createDataPlane({ routes, upstreams, recorder, metrics, ids, shadow, limits }),
    options.host,
    options.port,
  );
  const admin = await listen(createAdmin({ gatewayId, routes, metrics }), options.adminHost, options.adminPort);
  log('info', 'gateway serves', { gatewayId, dataUrl: data.url, adminUrl: admin.url });
  return {
    gatewayId,
    dataUrl: data.url,
    adminUrl: admin.url,
    async close() {
      await closeServer(data.server, limits.shutdownMs);
      await shipper.close();
      await closeServer(admin.server, limits.shutdownMs);
      await upstreams.close();
    },
  };
}

async function listen(handle: RequestListener, host: string, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, handle);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new SluiceError('USAGE', `the gateway can't listen on ${host}:${port}`, { cause: error })),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    server,
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
  };
}

async function closeServer(server: Server, patienceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed.finally(() => clearTimeout(timer));
}
