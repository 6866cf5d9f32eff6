import { type ModelTarget, newestOf, type Route } from '../domain/route.js';

/** Those of the rollout in force: what earlier ones say of addresses may no longer hold. */
function ofNewestRollout(routes: readonly Route[]): Route[] {
  const newest = newestOf(routes);
  return routes.filter(({ rolloutId }) => rolloutId === newest?.rolloutId);
}

/**
 * Where a rollback leads: the baseline of the newest trial of the rollout in force, also where a cutover or a rollback of it has reached some gateways already.
 * @returns null after a complete cutover: the earlier version stands on no route any more
 */
export function baselineBefore(routes: readonly Route[]): ModelTarget | null {
  return newestOf(ofNewestRollout(routes).filter(({ candidate }) => candidate !== null))?.baseline ?? null;
}

/** The address of a version, where a route of the rollout in force names it. */
export function urlOf(routes: readonly Route[], version: string): string | null {
  const targets = ofNewestRollout(routes).flatMap(({ baseline, candidate, traffic }) => [
    baseline,
    ...(candidate === null ? [] : [candidate]),
    ...(traffic?.others ?? []),
  ]);
  return targets.find((target) => target.version === version)?.url ?? null;
}

/** The same as a workflow's own way back (`stableRoute`), from a route instead of a spec: one version serves all, without a lease. */
export function stableAfter(route: Route, target: ModelTarget, epoch: number): Route {
  const { service, protocol, rolloutId, salt, traffic } = route;
  const { version, url } = target;
  return {
    service,
    protocol,
    epoch,
    rolloutId,
    salt,
    ...(traffic === undefined ? {} : { traffic }),
    baseline: { version, url },
    candidate: null,
    weightPercent: 0,
    shadowPercent: 0,
    leaseMs: null,
  };
}
