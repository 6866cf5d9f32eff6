import type { Protocol } from './protocol.js';
import type { TrafficPolicy } from './spec/traffic.js';

export type { Protocol } from './protocol.js';

/** A model version and the base URL of the server that answers for it. */
export interface ModelTarget {
  readonly version: string;
  readonly url: string;
  /** Where the server's own metrics are, in Prometheus' text format. */
  readonly metricsUrl?: string | undefined;
}

/** How a unit key is written; src/routing/request-field.ts reads it. */
export const UNIT_KEY = /^(?:header:[a-z0-9-]+|cookie:[\w.-]+|body:(?:\/(?:[^~/]|~[01])*)+|request)$/;
/** The same for an attribute, which a request may not have. */
export const ATTRIBUTE_FIELD = /^(?:header:[a-z0-9-]+|cookie:[\w.-]+|body:(?:\/(?:[^~/]|~[01])*)+)$/;

export const INTERLEAVING_METHODS = ['team-draft', 'balanced'] as const;
export type InterleavingMethod = (typeof INTERLEAVING_METHODS)[number];

/** Ranked lists of both versions in one answer, so that users' clicks compare them. */
export interface Interleaving {
  readonly method: InterleavingMethod;
  /** Name of the output tensor with the ranked item ids, best first. */
  readonly output: string;
  /** Items of the merged list at most. */
  readonly length: number;
}

/** Units that are kept on the version before after a cutover, so that what the cutover did can be told from what happens anyway. */
export interface Holdback {
  readonly target: ModelTarget;
  /** Of the units, 0..100 in steps of 0.01: those that would have met the candidate last. */
  readonly percent: number;
}

/**
 * What a gateway needs to know of a service. The epoch grows with each change and a gateway refuses an older one, so a
 * delayed command can't bring a rolled-back candidate back. Exposure of a candidate is leased: a route whose lease
 * nobody renews falls back to the baseline by itself.
 */
export interface Route {
  readonly service: string;
  readonly protocol: Protocol;
  /** Integer >= 0; 0 is the route a gateway's own configuration names. */
  readonly epoch: number;
  readonly rolloutId: string | null;
  /** Fixed for a rollout, so that all its epochs assign alike. */
  readonly salt: string;
  readonly baseline: ModelTarget;
  readonly candidate: ModelTarget | null;
  /** Percent of units that the candidate answers, 0..100 in steps of 0.01. */
  readonly weightPercent: number;
  /** Percent of the baseline's requests that are copied to the candidate, 0..100 in steps of 0.01. */
  readonly shadowPercent: number;
  /** Milliseconds the candidate's exposure lasts without a renewal; null only where there is no candidate. */
  readonly leaseMs: number | null;
  /** Absent: murmur3, a fallback to the baseline, no brake, no segments. */
  readonly traffic?: TrafficPolicy | undefined;
  /** Whether each unit's first meeting with its version is recorded. */
  readonly recordsExposures?: boolean | undefined;
  /** Only beside a stable version: a route with a candidate has none. */
  readonly holdback?: Holdback | undefined;
  /** The candidate's units get merged lists. */
  readonly interleaving?: Interleaving | undefined;
}

/** The gateway itself took the candidate out. */
export interface Trip {
  /** ISO. */
  readonly at: string;
  readonly reason: string;
  /** The gateway whose requests crossed the limit. */
  readonly gatewayId: string;
}

/** What one gateway says when a route is read back from it. */
export interface AppliedRoute {
  readonly gatewayId: string;
  readonly route: Route;
  /** What it really does now: 0 where the lease has run out or the brake has tripped, whatever the route says. */
  readonly effectiveWeightPercent: number;
  readonly effectiveShadowPercent: number;
  readonly leaseRemainingMs: number | null;
  readonly trip: Trip | null;
  /**
   * How long records have waited there that the collector has not taken, in ms by the gateway's own clocks; 0 where it has all. Only in the answer to
   * a route that is sent. Absent: not known (older gateways, drivers without records).
   */
  readonly unshippedMs?: number;
}

/** Of all that is known of a service: the route with the highest epoch. */
export function newestOf(routes: readonly Route[]): Route | null {
  return routes.reduce<Route | null>((a, b) => (a === null || b.epoch > a.epoch ? b : a), null);
}
