import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describeError, SluiceError } from '../domain/errors.js';
import { pathPrefix, pathsOverlap } from '../domain/protocol.js';
import type { AppliedRoute, Route, Trip } from '../domain/route.js';
import type { Log } from '../process/log.js';
import { type KeptRoute, readEpochFile, readRouteFile } from './route-file.js';
import { ServedRoute } from './served-route.js';
import { type KeepState, keepState } from './state-file.js';
import { Turns } from './turns.js';

/** Hears of a brake that has tripped here, or that another replica tells of. */
export type TripListener = (route: Route, trip: Trip) => void;

export interface RouteTableOptions {
  readonly gatewayId: string;
  /** File of the kept routes. */
  readonly path: string;
  readonly log: Log;
  /** How a file is written; a worker of a cluster reads what its primary keeps, and writes nothing. */
  readonly keep?: KeepState;
}

/** What this gateway knows of every service. Old epochs are refused, and a lease that nobody renews ends by itself. */
export class RouteTable {
  private readonly served = new Map<string, ServedRoute>();
  /** The newest epoch ever taken, also where the route itself was lost. */
  private readonly epochs: Map<string, number>;
  private readonly listeners = new Set<TripListener>();
  private hasNewEpoch = false;
  private readonly writes = new Turns();
  private readonly gatewayId: string;
  private readonly path: string;
  private readonly log: Log;
  private readonly keep: KeepState;

  private constructor({ gatewayId, path, log, keep = keepState }: RouteTableOptions, epochs: Map<string, number>) {
    this.gatewayId = gatewayId;
    this.path = path;
    this.epochs = epochs;
    this.log = log;
    this.keep = keep;
  }

  /**
   * Starts from what was kept, where it is newer than the configuration. A file that can't be read must not keep users
   * waiting: the configured baselines serve.
   */
  static async open(options: RouteTableOptions, configured: readonly Route[]): Promise<RouteTable> {
    const { path, log } = options;
    const unreadable = (name: string, error: unknown) =>
      log('error', `the kept ${name} are unreadable; the configured baselines serve`, {
        path,
        cause: describeError(error),
      });
    const epochs = await readEpochFile(epochPath(path)).catch((error: unknown) => {
      unreadable('epochs', error);
      return new Map<string, number>();
    });
    const table = new RouteTable(options, epochs);
    for (const route of configured) table.set(route, null, null);
    const kept = await readRouteFile(path).catch((error: unknown) => {
      unreadable('routes', error);
      return [];
    });
    for (const { route, leaseEndsAt, trip } of kept) {
      const { service, epoch, protocol } = route;
      if (epoch <= (table.served.get(service)?.route.epoch ?? -1)) continue;
      const heir = table.withPathsOf(route);
      // Nobody could take another route for the paths while it was served.
      if (heir !== null)
        log('warn', 'a kept route gives way to a configured service', { service, heir, path: pathPrefix(protocol) });
      else table.set(route, remainingMs(route, leaseEndsAt), trip);
    }
    return table;
  }

  /**
   * Takes a newer route, or renews the lease of the same one; on disk before it returns.
   * @throws {SluiceError} EPOCH_STALE naming both epochs; ROUTE_INVALID when another service has these paths
   */
  async apply(route: Route): Promise<AppliedRoute> {
    const renewed = this.assertAcceptable(route);
    if (renewed !== null) await this.renew(renewed);
    else {
      this.set(route, route.leaseMs, null);
      await this.save();
    }
    return this.applied(route.service) ?? raise(route.service);
  }

  /**
   * @returns what is served already, where the route is only a renewal of it
   * @throws {SluiceError} as `apply` would
   */
  assertAcceptable(route: Route): ServedRoute | null {
    this.assertOwnPaths(route);
    const known = this.served.get(route.service);
    if (known !== undefined && isDeepStrictEqual(known.route, route)) return known;
    const newest = Math.max(known?.route.epoch ?? -1, this.epochs.get(route.service) ?? -1);
    if (route.epoch >= newest && route.epoch !== known?.route.epoch) return null;
    const why = route.epoch === newest ? 'another route with this epoch' : `epoch ${newest}`;
    throw new SluiceError(
      'EPOCH_STALE',
      `${route.service}: epoch ${route.epoch} is refused, ${this.gatewayId} has ${why}`,
    );
  }

  /**
   * Takes what another replica serves, where it is newer than what is known here, with what is left of its lease; of a route that is known here
   * too, that its candidate was taken out. All of it is on disk before it returns.
   */
  async adopt(routes: readonly Pick<AppliedRoute, 'route' | 'leaseRemainingMs' | 'trip'>[]): Promise<void> {
    let isTaken = false;
    for (const { route, leaseRemainingMs, trip } of routes) {
      if (trip !== null && this.trip(route.service, route.epoch, trip)) continue;
      const known = this.served.get(route.service);
      // A service that is not configured here is not one to serve here.
      if (known === undefined || known.route.epoch >= route.epoch || known.prefix !== pathPrefix(route.protocol))
        continue;
      this.set(route, route.leaseMs === null ? null : Math.min(route.leaseMs, leaseRemainingMs ?? 0), trip);
      isTaken = true;
    }
    await (isTaken ? this.save() : this.writes.over());
  }

  /** The service whose requests arrive under a path. */
  find(path: string): ServedRoute | undefined {
    for (const served of this.served.values())
      if (path === served.prefix || path.startsWith(`${served.prefix}/`)) return served;
    return undefined;
  }

  /** Whether a route that a request was assigned under is still the one in force, with its lease. */
  isExposed(route: Route): boolean {
    const served = this.served.get(route.service);
    return served?.route === route && served.shadowPercent > 0;
  }

  /** Whether this very route is the one in force. */
  isInForce(route: Route): boolean {
    return this.served.get(route.service)?.route === route;
  }

  applied(service: string): AppliedRoute | undefined {
    const served = this.served.get(service);
    if (served === undefined) return undefined;
    const { route, leaseEndsAt, weightPercent, shadowPercent, trip } = served;
    return {
      gatewayId: this.gatewayId,
      route,
      effectiveWeightPercent: weightPercent,
      effectiveShadowPercent: shadowPercent,
      leaseRemainingMs: leaseEndsAt === null ? null : Math.max(0, Math.round(leaseEndsAt - performance.now())),
      trip,
    };
  }

  /** Base URLs of all versions that a route names. */
  targetUrls(): Set<string> {
    const urls = new Set<string>();
    for (const { route } of this.served.values())
      for (const target of [route.baseline, route.candidate, route.holdback?.target, ...(route.traffic?.others ?? [])])
        if (target) urls.add(target.url);
    return urls;
  }

  all(): AppliedRoute[] {
    return [...this.served.keys()].flatMap((service) => this.applied(service) ?? []);
  }

  /** Takes the candidate out by this gateway's own brake: at once for users, on disk a moment later. */
  brake(route: Route, reason: string): void {
    this.trip(route.service, route.epoch, { at: new Date().toISOString(), reason, gatewayId: this.gatewayId });
  }

  /**
   * Takes the candidate out of the route with that epoch. A repeat changes nothing.
   * @returns whether that route is in force and its candidate is out
   */
  trip(service: string, epoch: number, trip: Trip): boolean {
    const served = this.served.get(service);
    if (served?.route.epoch !== epoch || served.route.candidate === null) return false;
    if (served.trip !== null) return true;
    served.trip = trip;
    this.log('error', 'the candidate was taken out', { service, epoch, ...trip });
    this.save().catch((error: unknown) =>
      this.log('error', 'a tripped brake is not on disk', { service, epoch, cause: describeError(error) }),
    );
    for (const listener of this.listeners) listener(served.route, trip);
    return true;
  }

  /** @returns what ends it */
  onTrip(listener: TripListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whoever opens the same file next finds all of it there. */
  close(): Promise<void> {
    return this.writes.close();
  }

  /** Of two services with the same paths, only one would ever see a request. */
  private assertOwnPaths(route: Route): void {
    const other = this.withPathsOf(route);
    if (other !== null)
      throw new SluiceError(
        'ROUTE_INVALID',
        `${route.service}: requests under ${pathPrefix(route.protocol)} are those of ${other}`,
      );
  }

  /** The other service that has paths of this route. */
  private withPathsOf({ service, protocol }: Route): string | null {
    const prefix = pathPrefix(protocol);
    for (const [other, served] of this.served)
      if (other !== service && pathsOverlap(served.prefix, prefix)) return other;
    return null;
  }

  private set(route: Route, leaseMs: number | null, trip: Trip | null): void {
    this.served.set(route.service, new ServedRoute(route, endOf(leaseMs), trip));
    this.keepEpoch(route);
  }

  /** A renewal that is not on disk was none: nobody is told that it was, and it must not hold the candidate in. */
  private async renew(served: ServedRoute): Promise<void> {
    const { leaseEndsAt } = served;
    served.leaseEndsAt = endOf(served.route.leaseMs);
    await this.save().catch((error: unknown) => {
      if (leaseEndsAt !== null) served.leaseEndsAt = Math.min(leaseEndsAt, served.leaseEndsAt ?? leaseEndsAt);
      throw error;
    });
  }

  private keepEpoch({ service, epoch }: Route): void {
    if (epoch <= (this.epochs.get(service) ?? 0)) return;
    this.epochs.set(service, epoch);
    this.hasNewEpoch = true;
  }

  /** One write at a time, each of the newest state; epochs first, since they only ever grow. */
  private save(): Promise<void> {
    return this.writes.take(async () => {
      if (this.hasNewEpoch) await this.keep(epochPath(this.path), Object.fromEntries(this.epochs));
      this.hasNewEpoch = false;
      await this.keep(this.path, this.all().map(toKept));
    });
  }
}

function epochPath(path: string): string {
  return join(dirname(path), 'epochs.json');
}

function endOf(leaseMs: number | null): number | null {
  return leaseMs === null ? null : performance.now() + leaseMs;
}

function toKept({ route, leaseRemainingMs, trip }: AppliedRoute): KeptRoute {
  return {
    route,
    leaseEndsAt: leaseRemainingMs === null ? null : new Date(Date.now() + leaseRemainingMs).toISOString(),
    trip,
  };
}

/** Never more than the lease itself, should the wall clock have been set back meanwhile. */
function remainingMs({ leaseMs }: Route, leaseEndsAt: string | null): number | null {
  if (leaseMs === null) return null;
  return Math.max(0, Math.min(leaseMs, Date.parse(leaseEndsAt ?? '') - Date.now() || 0));
}

function raise(service: string): never {
  throw new Error(`the route of ${service} is gone`);
}
