import type { UnlistedGateway } from '../ports/traffic-router.js';
import type { GatewayClient, GatewayReport } from './gateway-client.js';

export interface AskedGateway {
  readonly url: string;
  /** null where it did not answer. */
  readonly report: GatewayReport | null;
}

/**
 * Peers of those that were asked, and of which nobody is told. By their ids: one gateway has several addresses. Who does not answer is no news, a peer may
 * be known by a name of its own.
 */
export async function unlistedAmong(
  gateways: readonly AskedGateway[],
  client: Pick<GatewayClient, 'report'>,
): Promise<UnlistedGateway[]> {
  const read = gateways.flatMap(({ report }) => report ?? []);
  const known = new Set(read.map(({ gatewayId }) => gatewayId));
  const asked = new Set(gateways.map(({ url }) => url));
  const named = new Map(read.flatMap(({ gatewayId, peers }) => peers.map((url) => [url, gatewayId] as const)));
  const found = await Promise.all(
    [...named].map(async ([url, namedBy]) => {
      const peer = asked.has(url) ? null : await client.report(url).catch(() => null);
      return peer === null || known.has(peer.gatewayId) ? [] : [{ url, gatewayId: peer.gatewayId, namedBy }];
    }),
  );
  return found.flat();
}
