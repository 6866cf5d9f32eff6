/** A model version and the base URL of the server that answers for it. */
export interface ModelTarget {
  readonly version: string;
  readonly url: string;
}

/** How a unit key is written; src/routing/unit-key.ts reads it. */
export const UNIT_KEY = /^(?:header:[a-z0-9-]+|cookie:[\w.-]+|body:(?:\/(?:[^~/]|~[01])*)+|request)$/;

/** How a service's requests are recognised and read. */
export interface Protocol {
  readonly kind: 'open-inference';
  /** The model's name on the wire: requests under `/v2/models/<model>` belong to the service. */
  readonly model: string;
  /** Where the unit of assignment stands in a request: `header:<name>`, `cookie:<name>`, `body:<JSON pointer>` or `request`. */
  readonly unitKey: string;
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
}

/** What one gateway says when a route is read back from it. */
export interface AppliedRoute {
  readonly gatewayId: string;
  readonly route: Route;
  /** What it really does now: 0 where the lease has run out, whatever the route says. */
  readonly effectiveWeightPercent: number;
  readonly effectiveShadowPercent: number;
  readonly leaseRemainingMs: number | null;
}

/** The path under which a service's requests arrive. */
export function pathPrefix(protocol: Protocol): string {
  return `/v2/models/${protocol.model}`;
}
