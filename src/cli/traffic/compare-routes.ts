import { isDeepStrictEqual } from 'node:util';
import type { Reading } from '../../client/reading.js';
import type { AppliedRoute, Route } from '../../domain/route.js';

/** What one gateway does with a service's traffic, and how that differs from what is wanted. */
export interface GatewayTraffic {
  /** Of its admin listener. */
  readonly url: string;
  /** Null where it knows nothing of the service. */
  readonly applied: Reading<AppliedRoute | null>;
  /** Names of what differs, and words for what is not as it should be; empty where all is well. */
  readonly differences: readonly string[];
}

export interface ServiceTraffic {
  readonly service: string;
  /** What gateways were told last; an error where the store does not answer. */
  readonly wanted: Reading<Route | null>;
  readonly gateways: readonly GatewayTraffic[];
}

/** Below this share of it nobody seems to renew a lease. */
const NEARLY_OVER = 0.25;
const COMPARED = [
  'epoch',
  'baseline',
  'candidate',
  'weightPercent',
  'shadowPercent',
  'leaseMs',
  'salt',
  'protocol',
  'traffic',
  'holdback',
  'interleaving',
] as const satisfies readonly (keyof Route)[];

/** The store's word counts; without it the newest epoch among the gateways does. */
export function compareRoutes(
  service: string,
  wanted: Reading<Route | null>,
  read: readonly { readonly url: string; readonly applied: Reading<AppliedRoute | null> }[],
): ServiceTraffic {
  const expected = (wanted.kind === 'read' ? wanted.value : null) ?? newest(read);
  const gateways = read.map(({ url, applied }) => ({ url, applied, differences: differencesOf(applied, expected) }));
  return { service, wanted, gateways };
}

function newest(read: readonly { readonly applied: Reading<AppliedRoute | null> }[]): Route | null {
  const routes = read.flatMap(({ applied }) => (applied.kind === 'read' && applied.value ? [applied.value.route] : []));
  return routes.reduce<Route | null>((best, one) => (best === null || one.epoch > best.epoch ? one : best), null);
}

function differencesOf(applied: Reading<AppliedRoute | null>, expected: Route | null): string[] {
  if (applied.kind === 'unread') return ['does not answer'];
  if (applied.value === null) return ['knows nothing of the service'];
  const { route } = applied.value;
  const unequal = expected === null ? [] : COMPARED.filter((key) => !isSame(route[key], expected[key]));
  return [...unequal, ...effectOf(applied.value)];
}

/** What the route says and the gateway does not do. */
function effectOf({
  route,
  trip,
  leaseRemainingMs,
  effectiveWeightPercent,
  effectiveShadowPercent,
}: AppliedRoute): string[] {
  if (trip) return [`brake tripped at ${trip.at}: ${trip.reason}`];
  if (route.leaseMs !== null && leaseRemainingMs !== null) {
    if (leaseRemainingMs <= 0) return ['lease is over: nobody renews it'];
    if (leaseRemainingMs < NEARLY_OVER * route.leaseMs) return ['lease is nearly over'];
  }
  const isInEffect = effectiveWeightPercent === route.weightPercent && effectiveShadowPercent === route.shadowPercent;
  return isInEffect ? [] : ['not in effect'];
}

/** What is absent and what is undefined came the same way over the wire. */
function isSame(one: unknown, other: unknown): boolean {
  const plain = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));
  return isDeepStrictEqual(plain(one), plain(other));
}
