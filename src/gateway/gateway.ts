import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { LATE_AFTER_MS } from '../domain/feedback.js';
import type { Route } from '../domain/route.js';
import { type Log, logToStderr } from '../process/log.js';
import { AccessLog } from './access-log.js';
import { createAdmin } from './admin.js';
import { assertGuarded } from './admin-guard.js';
import type { Certificate } from './certificate.js';
import { type GatewayConfig, initialRoutes } from './config.js';
import { createDataPlane } from './data-plane.js';
import { countEvaluations } from './flags/flag-metrics.js';
import { FlagTable } from './flags/flag-table.js';
import { ForceTokens } from './force-token.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { listen } from './listener.js';
import { MemoryBudget } from './memory-budget.js';
import { createMetrics } from './metrics.js';
import { metricsPage } from './metrics-page.js';
import { joinPeers, Peers } from './peers.js';
import { PredictionIds } from './prediction-id.js';
import { predictionKey } from './prediction-key.js';
import { Recorder } from './record/recorder.js';
import { Shipper } from './record/shipper.js';
import { gatherSpools, Spool, spoolFolder } from './record/spool.js';
import { RouteTable } from './route-table.js';
import { UserServer } from './server/user-server.js';
import { ShadowQueue } from './shadow-queue.js';
import { keepState } from './state-file.js';
import { countsOf, type VersionCounts } from './stats.js';
import { Upstreams } from './upstream/upstreams.js';
import { WarmUp } from './warm-up.js';

export interface GatewayOptions {
  readonly gatewayId: string;
  readonly config: GatewayConfig;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** What commands must carry; needed where the admin listener can be reached from elsewhere. */
  readonly adminToken?: string;
  /** Admin listeners of the other replicas, which are told at once when the brake trips. */
  readonly peers?: () => readonly string[];
  /** Of the users' listener; absent: plain HTTP. */
  readonly tls?: Certificate;
  readonly adminTls?: Certificate;
  /** Where records go; null keeps none. */
  readonly collectorUrl: string | null;
  /** What the collector asks for; absent: nothing. */
  readonly collectorToken?: string;
  readonly stateDir: string;
  /** File that gets a line for each answer; absent: none is written. */
  readonly accessLog?: string;
  readonly predictionKey?: string;
  /** This is a worker of a cluster, whose primary keeps the state; absent: on its own. */
  readonly worker?: { readonly index: number; readonly countsOfAll: () => Promise<VersionCounts[]> };
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
}

export interface RunningGateway {
  readonly gatewayId: string;
  readonly dataUrl: string;
  readonly adminUrl: string;
  /** Shows another one where it shows any, to whoever connects from now on. */
  renewCertificate(certificate: Certificate): void;
  /** Takes no new connections, answers what is on its way, ships what it recorded: within `limits.shutdownMs`, about. */
  close(): Promise<void>;
}

/**
 * Starts one replica of the data plane.
 * @throws {SluiceError} USAGE when a port can't be had or the prediction key is too short; nothing is left running then
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { gatewayId, tls = null } = options;
  // A worker's is on this machine, for its primary.
  const adminTls = options.worker === undefined ? (options.adminTls ?? null) : null;
  const token = options.adminToken ?? null;
  assertGuarded(options.adminHost, token);
  const parts = await assemble(options);
  const { log, limits, routes, flags, metrics, upstreams, shadow, accessLog, warmUp } = parts;
  const stalledMs = limits.stalledUserMs;
  // Before the first command, whose answer says what an earlier process could not ship.
  const shipper = shipperOf(options, parts);
  const counts = async () => countsOf(parts.recorder.totals);
  const countsOfAll = options.worker?.countsOfAll ?? counts;
  // Commands are taken before users are.
  let isServing = false;
  const adminDeps = {
    gatewayId,
    peers: parts.peers,
    routes,
    flags,
    token,
    log,
    counts,
    isReady: () => isServing,
    metrics: metricsPage(metrics.registry),
    async applyRoute(route: Route) {
      await warmUp.before(route, routes.applied(route.service)?.route);
      return { ...(await routes.apply(route)), unshippedMs: shipper.unshippedMs };
    },
  };
  const stop = async () => {
    upstreams.close();
    await Promise.all([routes.close(), flags.close(), accessLog?.close()]);
  };
  // Commands first: what comes while the peers are asked must not be missed.
  const admin = await listen(createAdmin(adminDeps), {
    host: options.adminHost,
    port: options.adminPort,
    stalledMs,
    tls: adminTls,
  }).catch(async (error: unknown) => {
    await Promise.all([shipper.close(0), stop()]);
    throw error;
  });
  if (options.worker === undefined) await joinPeers(parts.peers, routes, flags, log);
  const data = await UserServer.listen(createDataPlane({ ...parts, countsOfAll }), {
    host: options.host,
    port: options.port,
    connections: limits.userConnections,
    bodyBytes: limits.requestsBytes,
    stalledMs,
    tls,
  }).catch(async (error: unknown) => {
    await Promise.all([admin.close(0), shipper.close(0), stop()]);
    throw error;
  });
  isServing = true;
  const retiring = setInterval(() => upstreams.retire(routes.targetUrls()), RETIRE_MS);
  retiring.unref();
  log('info', 'gateway serves', { gatewayId, dataUrl: data.url, adminUrl: admin.url });
  return {
    gatewayId,
    dataUrl: data.url,
    adminUrl: admin.url,
    renewCertificate(certificate) {
      for (const listener of [data, admin]) listener.renewCertificate(certificate);
    },
    /** Users first; what they and their shadow copies leave behind is shipped last. */
    async close() {
      const left = countdown(limits.shutdownMs);
      clearInterval(retiring);
      await data.close(left());
      await shadow.close(left());
      await shipper.close(Math.max(left(), LEAST_SHIPPING_MS));
      await admin.close(left());
      parts.peers.close();
      await stop();
    },
  };
}

/** All that a gateway is made of, but its listeners. */
async function assemble(options: GatewayOptions) {
  const { gatewayId, config, stateDir, log = logToStderr } = options;
  const limits = limitsOf(options);
  const key = await predictionKey(options.predictionKey, stateDir);
  const keep = options.worker === undefined ? keepState : async () => undefined;
  const path = join(stateDir, 'routes.json');
  const routes = await RouteTable.open({ gatewayId, path, log, keep }, initialRoutes(config));
  const flags = await FlagTable.open(join(stateDir, 'flags.json'), config.flags ?? {}, log, keep);
  if (options.worker === undefined) await gatherSpools(stateDir, log);
  const spool = await Spool.open(spoolFolder(stateDir, options.worker?.index), limits.spoolBytes);
  const accessLog = options.accessLog === undefined ? null : await AccessLog.open(options.accessLog, log);
  const upstreams = new Upstreams(limits);
  const recorder = new Recorder({
    ...limits,
    most: limits.bufferedPredictions,
    predictionSample: config.predictionSample,
  });
  const metrics = createMetrics({
    routes,
    upstreams,
    totals: recorder.totals,
    spoolBytes: () => spool.bytes,
    accessLogDropped: () => accessLog?.dropped ?? 0,
  });
  const shadow = new ShadowQueue({ routes, upstreams, recorder, metrics, limits });
  const peers = new Peers({ urls: options.peers, token: options.adminToken ?? null, log });
  routes.onTrip((route, trip) => {
    metrics.countTrip(route.service);
    if (trip.gatewayId === gatewayId) void peers.tellTrip(route, trip);
  });
  return {
    log,
    limits,
    routes,
    flags,
    spool,
    accessLog,
    upstreams,
    recorder,
    metrics,
    shadow,
    peers,
    ids: new PredictionIds(key),
    forced: new ForceTokens(key),
    held: new MemoryBudget(limits.heldBytes),
    warmUp: new WarmUp(upstreams),
    lateAfterMs: { ...LATE_AFTER_MS, ...config.feedback?.lateAfter },
    takesUnits: config.feedback?.units ?? true,
    ofrep: { flags, evaluations: countEvaluations(metrics.registry) },
  };
}

function shipperOf(options: GatewayOptions, parts: Awaited<ReturnType<typeof assemble>>): Shipper {
  const { limits, routes, shadow } = parts;
  return new Shipper({
    ...parts,
    gatewayId: options.gatewayId,
    collectorUrl: options.collectorUrl,
    collectorToken: options.collectorToken ?? null,
    intervalMs: limits.shipIntervalMs,
    droppedShadowCopies: () => shadow.dropped,
    isInForce: (route) => routes.isInForce(route),
  });
}

/** Targets that no route names any more are let go of this often. */
const RETIRE_MS = 10_000;
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
