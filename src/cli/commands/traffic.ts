import { reading } from '../../client/reading.js';
import { readConfig } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import { GatewayAddresses } from '../../traffic/gateway-addresses.js';
import { createGatewayClient } from '../../traffic/gateway-client.js';
import type { Format } from '../output/formats.js';
import { print } from '../output/print.js';
import { styleOf } from '../output/style.js';
import { renderTraffic } from '../render-traffic.js';
import { openStoreReader } from '../source/store-reader.js';
import { compareRoutes, type ServiceTraffic } from '../traffic/compare-routes.js';

/** What each gateway serves of a service, as it says itself, beside what the store wants. Needs neither Temporal nor a worker. */
export async function traffic(
  service: string,
  { output, timeout }: { readonly output: Format; readonly timeout: number },
): Promise<void> {
  const found = await readTraffic(service, timeout);
  const style = styleOf(process.stdout);
  print(output, {
    data: found,
    names: found.gateways.map(({ url }) => url),
    table: () => renderTraffic(found, style),
    wide: () => renderTraffic(found, style, true),
  });
  if (found.gateways.every(({ applied }) => applied.kind === 'unread'))
    throw new SluiceError('GATEWAY_UNREACHABLE', `no gateway of ${found.gateways.length} answers within ${timeout} ms`);
  if (!isKnown(found)) throw new SluiceError('NOT_FOUND', `neither a gateway nor the store knows service ${service}`);
}

async function readTraffic(service: string, timeoutMs: number): Promise<ServiceTraffic> {
  const { gatewayAdminUrls, adminToken, ...config } = readConfig();
  const client = createGatewayClient({ adminToken, timeoutMs });
  const store = openStoreReader(config, timeoutMs);
  try {
    const { urls, unresolved } = await new GatewayAddresses(gatewayAdminUrls).reachable();
    const [wanted, ...read] = await Promise.all([
      reading(() => store.route(service)),
      ...urls.map(async (url) => ({ url, applied: await reading(() => client.get(url, service)) })),
      ...unresolved.map(async ({ url, error }) => ({ url, applied: await reading(() => Promise.reject(error)) })),
    ]);
    return compareRoutes(service, wanted, read);
  } finally {
    await store.close();
  }
}

function isKnown({ wanted, gateways }: ServiceTraffic): boolean {
  const isRouted = gateways.some(({ applied }) => applied.kind === 'read' && applied.value !== null);
  return isRouted || (wanted.kind === 'read' && wanted.value !== null);
}
