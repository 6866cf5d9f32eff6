import type { LogSpan } from '../../ports/log-store.js';
import type { Store } from '../../ports/store.js';

/** Who serves a service, and how much of it. */
export interface ServingArms {
  readonly baseline: string | null;
  readonly candidate: string | null;
  /** Requests of the span by version, shadow copies included; empty where gateways recorded none. */
  readonly requests: ReadonlyMap<string, number>;
}

export type ArmsOf = (span: LogSpan) => Promise<ServingArms>;

/** By the service's wanted route, and what its gateways recorded under it. */
export function armsFromStore(store: Pick<Store, 'latestRoute' | 'armSummaries'>): ArmsOf {
  return async (span) => {
    const route = await store.latestRoute(span.service);
    if (route === null) return { baseline: null, candidate: null, requests: new Map() };
    const { baseline, candidate, rolloutId } = route;
    const requests = new Map<string, number>();
    if (candidate !== null && rolloutId !== null)
      for (const summary of await store.armSummaries({ ...span, rolloutId })) {
        const version = summary.arm === 'baseline' ? baseline.version : candidate.version;
        if (summary.arm !== 'other') requests.set(version, (requests.get(version) ?? 0) + summary.requests);
      }
    return { baseline: baseline.version, candidate: candidate?.version ?? null, requests };
  };
}
