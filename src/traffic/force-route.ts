import { describeError, SluiceError } from '../domain/errors.js';
import type { AppliedRoute, Route } from '../domain/route.js';
import type { GatewayAddresses } from './gateway-addresses.js';
import type { GatewayClient } from './gateway-client.js';

/** What gateways held when they were asked, by URL. */
export type Held = ReadonlyMap<string, AppliedRoute>;

/** What became of one gateway. */
export interface GatewayOutcome {
  readonly url: string;
  /** Null where it never answered. */
  readonly gatewayId: string | null;
  /** `lapses`: not confirmed, but its lease ends the trial; `retry`: not confirmed, and it serves on what it holds. */
  readonly result: 'confirmed' | 'lapses' | 'retry';
  /** For `lapses`: when it has fallen back at the latest. */
  readonly withinMs: number | null;
  /** Why it did not confirm; null where it did. */
  readonly error: string | null;
}

export interface ForcedRoute {
  readonly addresses: GatewayAddresses;
  readonly gateways: GatewayClient;
  readonly held: Held;
  /** The newest route before, and the one that is to follow it. */
  readonly newest: Route;
  readonly first: Route;
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly retryMs: number;
}

/** Whatever epoch was lost, a few doublings are above it; and far from where integers end. */
const LARGEST_LEAP = 2 ** 20;

/**
 * Sets a stable route on every gateway and reads it back, until all have confirmed or the deadline is over. Where a gateway knows of a newer epoch (a workflow
 * moves as well, or a route was lost and its epoch was not), all get one above that.
 * @returns the route as it was accepted
 */
export async function setOnAll(forced: ForcedRoute): Promise<{ route: Route; outcomes: GatewayOutcome[] }> {
  const { addresses, deadline, retryMs } = forced;
  const confirmed = new Map<string, AppliedRoute>();
  let route = forced.first;
  for (let leap = 1; ; ) {
    const { urls, unresolved } = await addresses.reachable();
    const pending = urls.filter((url) => !confirmed.has(url));
    const failed = new Map<string, unknown>(unresolved.map(({ url, error }) => [url, error]));
    const answers = await Promise.allSettled(pending.map((url) => putOrFind(forced, url, route)));
    for (const [i, answer] of answers.entries()) {
      const url = pending[i] ?? '';
      if (answer.status === 'fulfilled') confirmed.set(url, answer.value);
      else failed.set(url, answer.reason);
    }
    if ([...failed.values()].every(isFinal) || performance.now() > deadline) {
      const outcomes = [...urls, ...unresolved.map(({ url }) => url)].map((url) =>
        outcomeOf(forced, url, confirmed.get(url), failed.get(url)),
      );
      return { route, outcomes };
    }
    if ([...failed.values()].some(isStale)) {
      route = { ...route, epoch: Math.max(await newestEpoch(forced, urls), route.epoch + leap - 1) + 1 };
      leap = Math.min(2 * leap, LARGEST_LEAP);
      confirmed.clear();
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** A newer route that serves the same version to all is what is wanted as well: a workflow may have rolled back meanwhile. */
async function putOrFind({ gateways }: ForcedRoute, url: string, route: Route): Promise<AppliedRoute> {
  try {
    return await gateways.put(url, route);
  } catch (error) {
    const applied = isStale(error) ? await gateways.get(url, route.service) : null;
    const there = applied?.route;
    if (applied && there?.candidate === null && there.epoch > route.epoch && isSame(there, route)) return applied;
    throw error;
  }
}

function isSame({ baseline: a }: Route, { baseline: b }: Route): boolean {
  return a.version === b.version && a.url === b.url;
}

async function newestEpoch({ gateways, first }: ForcedRoute, urls: readonly string[]): Promise<number> {
  const answers = await Promise.allSettled(urls.map((url) => gateways.get(url, first.service)));
  return Math.max(0, ...answers.map((one) => (one.status === 'fulfilled' ? (one.value?.route.epoch ?? 0) : 0)));
}

/** A gateway that was never read is taken to hold what the newest route was: it was told of it, or has an older trial, whose lease ends sooner. */
function outcomeOf(
  { held, newest }: ForcedRoute,
  url: string,
  confirmed: AppliedRoute | undefined,
  failure: unknown,
): GatewayOutcome {
  const before = held.get(url);
  const gatewayId = confirmed?.gatewayId ?? before?.gatewayId ?? null;
  if (confirmed) return { url, gatewayId, result: 'confirmed', withinMs: null, error: null };
  const { leaseMs } = before?.route ?? newest;
  const error = failure === undefined ? 'no time was left to ask' : describeError(failure);
  return { url, gatewayId, result: leaseMs === null ? 'retry' : 'lapses', withinMs: leaseMs, error };
}

/** Another attempt would end the same way. */
export function isFinal(error: unknown): boolean {
  return error instanceof SluiceError && (error.code === 'UNAUTHORIZED' || error.code === 'USAGE');
}

function isStale(error: unknown): boolean {
  return error instanceof SluiceError && error.code === 'EPOCH_STALE';
}
