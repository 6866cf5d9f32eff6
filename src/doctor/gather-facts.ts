import { createApiClient } from '../client/api-client.js';
import { reading } from '../client/reading.js';
import type { UnlistedGateway } from '../ports/traffic-router.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { GatewayAddresses } from '../traffic/gateway-addresses.js';
import { createGatewayClient, type GatewayClient } from '../traffic/gateway-client.js';
import { unlistedAmong } from '../traffic/unlisted-gateways.js';
import type { Facts, GatewayReading } from './facts.js';
import { readTemporal } from './read-temporal.js';

export interface GatherOptions {
  readonly gatewayAdminUrls: readonly string[];
  /** Of the gateways. */
  readonly adminToken: string | null;
  /** What the api is sent. */
  readonly apiToken: string | null;
  readonly apiUrl: string;
  readonly temporal: TemporalSettings;
  /** Of each part by itself. */
  readonly timeoutMs?: number;
  /** Look at rollouts of this service alone. */
  readonly service?: string | undefined;
}

/** Asks gateways, store and Temporal, all at once, each with a deadline of its own: a part that is down keeps nobody from the others. */
export async function gatherFacts(options: GatherOptions): Promise<Facts> {
  const { gatewayAdminUrls, adminToken, apiUrl, apiToken, temporal, service, timeoutMs = 3000 } = options;
  const api = createApiClient({ apiUrl, token: apiToken, timeoutMs });
  const client = createGatewayClient({ adminToken, timeoutMs });
  const reports = readGateways(gatewayAdminUrls, client);
  const [gateways, unlisted, store, running] = await Promise.all([
    reports,
    reports.then((read) => readUnlisted(read, client)),
    reading(() => api.routes()),
    reading(() => readTemporal({ settings: temporal, api, timeoutMs }, reports.then(exposedServices), service)),
  ]);
  return {
    at: new Date().toISOString(),
    gateways,
    unlisted,
    apiUrl,
    store,
    temporalAddress: temporal.address,
    temporal: running,
  };
}

async function readGateways(gatewayAdminUrls: readonly string[], client: GatewayClient): Promise<GatewayReading[]> {
  const { urls, unresolved } = await new GatewayAddresses(gatewayAdminUrls).reachable();
  const read = urls.map(async (url) => ({ url, report: await reading(() => client.report(url)) }));
  const failed = unresolved.map(async ({ url, error }) => ({
    url,
    report: await reading(() => Promise.reject(error)),
  }));
  return Promise.all([...read, ...failed]);
}

function readUnlisted(gateways: readonly GatewayReading[], client: GatewayClient): Promise<UnlistedGateway[]> {
  const asked = gateways.map(({ url, report }) => ({ url, report: report.kind === 'read' ? report.value : null }));
  return unlistedAmong(asked, client);
}

/** Services with a candidate on the route of any gateway. */
function exposedServices(gateways: readonly GatewayReading[]): string[] {
  return gateways.flatMap(({ report }) =>
    report.kind === 'read'
      ? report.value.routes.filter(({ route }) => route.candidate !== null).map(({ route }) => route.service)
      : [],
  );
}
