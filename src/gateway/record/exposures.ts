import type { Route } from '../../domain/route.js';

/**
 * Which units have met their version under a route, so that each is recorded once. Past the limit it begins anew: a unit that is recorded
 * twice counts once in the store.
 */
export class Exposures {
  private readonly byRoute = new Map<Route, Set<string>>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** @returns whether this is the unit's first */
  isFirst(route: Route, unitHash: string): boolean {
    let seen = this.byRoute.get(route);
    if (seen === undefined) this.byRoute.set(route, (seen = new Set()));
    if (seen.has(unitHash)) return false;
    if (seen.size >= this.most) seen.clear();
    seen.add(unitHash);
    return true;
  }

  forget(isInForce: (route: Route) => boolean): void {
    for (const route of this.byRoute.keys()) if (!isInForce(route)) this.byRoute.delete(route);
  }
}
