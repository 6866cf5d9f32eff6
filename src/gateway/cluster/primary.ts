import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AggregatorRegistry } from 'prom-client';
import type { AppliedRoute, Route } from '../../domain/route.js';
import { logToStderr } from '../../process/log.js';
import { createAdmin } from '../admin.js';
import { assertGuarded } from '../admin-guard.js';
import { initialRoutes } from '../config.js';
import { FlagTable } from '../flags/flag-table.js';
import type { GatewayOptions, RunningGateway } from '../gateway.js';
import { listen } from '../listener.js';
import type { MetricsPage } from '../metrics-page.js';
import { joinPeers, Peers } from '../peers.js';
import { predictionKey } from '../prediction-key.js';
import { gatherSpools } from '../record/spool.js';
import { RouteTable } from '../route-table.js';
import { addCounts, type VersionCounts } from '../stats.js';
import { Crew } from './crew.js';
import { Workers } from './workers.js';

const STALLED_MS = 60_000;

/**
 * Starts a gateway of several processes that share a port. The primary serves no user: it keeps the state on disk, passes commands on, adds up metrics, and
 * starts a worker anew where one has died; that one reads the same state.
 * @throws {SluiceError} USAGE when the admin port can't be had; Error where a worker does not start. Nothing is left running then
 */
export async function startPrimary(options: GatewayOptions, count: number): Promise<RunningGateway> {
  const { gatewayId, config, stateDir, log = logToStderr, adminTls = null } = options;
  const token = options.adminToken ?? null;
  assertGuarded(options.adminHost, token);
  // Made before the workers look for it.
  await predictionKey(options.predictionKey, stateDir);
  await gatherSpools(stateDir, log, count);
  const path = join(stateDir, 'routes.json');
  const routes = await RouteTable.open({ gatewayId, path, log }, initialRoutes(config));
  const flags = await FlagTable.open(join(stateDir, 'flags.json'), config.flags ?? {}, log);
  const inner = randomBytes(24).toString('base64url');
  const workers = new Workers(count, inner);
  const peers = new Peers({ urls: options.peers, token, log });
  const siblings = new Peers({ urls: () => workers.live(), token: inner, log });
  let hasNewFlags = false;
  const tellFlags = async () => {
    hasNewFlags = true;
    await workers.tellAll('POST', '/v1/flags-file', {});
  };
  routes.onTrip((route, trip) => {
    void siblings.tellTrip(route, trip);
    if (trip.gatewayId.startsWith(`${gatewayId}/`)) void peers.tellTrip(route, trip);
  });
  const deps = {
    gatewayId,
    peers,
    routes,
    flags,
    log,
    metrics: sumOf(workers),
    counts: async () => addCounts((await workers.askAll('/v1/counts')).flat() as VersionCounts[]),
    isReady: () => workers.areThere,
  };
  const applyRoute = (route: Route) => applyToAll(routes, workers, route);
  const admin = await listen(createAdmin({ ...deps, applyRoute, token }), {
    host: options.adminHost,
    port: options.adminPort,
    stalledMs: STALLED_MS,
    tls: adminTls,
  });
  // Workers report a trip here, with a token of their own.
  const inward = await listen(createAdmin({ ...deps, applyRoute, token: inner }), {
    host: '127.0.0.1',
    port: 0,
    stalledMs: STALLED_MS,
    tls: null,
  });
  const close = async () => {
    await Promise.all([admin.close(1000), inward.close(1000)]);
    peers.close();
    await Promise.all([routes.close(), flags.close()]);
  };
  // What changed after a worker had read it, and before it could be told. A repeat changes nothing.
  const onCame = () => {
    for (const { route, trip } of routes.all()) if (trip !== null) void siblings.tellTrip(route, trip);
    // Where another one is away, it comes.
    if (hasNewFlags) void tellFlags().catch(() => undefined);
  };
  const crew = new Crew({ count, env: { token: inner, primary: inward.url }, workers, onCame, log });
  try {
    // Before there is a worker that would serve what is old.
    await joinPeers(peers, routes, flags, log);
    flags.onCommand(tellFlags);
    const { dataUrl } = await crew.start();
    log('info', 'gateway serves', { gatewayId, dataUrl, adminUrl: admin.url, workers: count });
    return {
      gatewayId,
      dataUrl,
      adminUrl: admin.url,
      // Workers see to the users' listener.
      renewCertificate: (certificate) => admin.renewCertificate(certificate),
      async close() {
        await crew.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * What lowers exposure is on disk first, so that a worker that starts meanwhile begins with it; what raises it, once all workers are ready for it.
 * The workers record, and the answer says how long the slowest of them has waited for the collector.
 */
async function applyToAll(routes: RouteTable, workers: Workers, route: Route): Promise<AppliedRoute> {
  const known = routes.applied(route.service)?.route;
  const isRaising = route.candidate !== null && route.weightPercent > (known?.candidate ? known.weightPercent : 0);
  routes.assertAcceptable(route);
  const tell = async () => (await workers.tellAll('PUT', `/v1/routes/${route.service}`, route)) as AppliedRoute[];
  const before = isRaising ? await tell() : null;
  const applied = await routes.apply(route);
  const answers = before ?? (await tell());
  // A brake may trip before the route is known here, which a worker can't tell of; what it says with the next renewal is heard.
  const trip = answers.find((answer) => answer.trip !== null)?.trip ?? null;
  if (trip !== null) routes.trip(route.service, route.epoch, trip);
  const unshippedMs = Math.max(0, ...answers.map((answer) => answer.unshippedMs ?? 0));
  return { ...(routes.applied(route.service) ?? applied), unshippedMs };
}

function sumOf(workers: Workers): MetricsPage {
  const gather = async () => AggregatorRegistry.aggregate((await workers.askAll('/v1/metrics')) as object[]);
  return {
    // Exemplars belong to one process; sums have none.
    async show() {
      const registry = await gather();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    raw: async () => (await gather()).getMetricsAsJSON(),
  };
}
