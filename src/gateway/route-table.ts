import { isDeepStrictEqual } from 'node:util';
import { describeError, SluiceError } from '../domain/errors.js';
import { type AppliedRoute, pathPrefix, type Route } from '../domain/route.js';
import { parseUnitKey, type UnitKey } from '../routing/unit-key.js';
import type { Log } from './log.js';
import { type KeptRoute, readRouteFile, writeRouteFile } from './route-file.js';

/** A route with its lease as this process counts it. */
interface Entry {
  readonly route: Route;
  readonly prefix: string;
  readonly unitKey: UnitKey;
  /** On the monotonic clock; a changed wall clock must not stretch a lease. */
  readonly leaseEndsAt: number | null;
}

/** How a service is exposed at this moment. */
export interface Exposed {
  readonly route: Route;
  readonly unitKey: UnitKey;
  readonly weightPercent: number;
  readonly shadowPercent: number;
}

/** What this gateway knows of every service. Old epochs are refused, and a lease that nobody renews ends by itself. */
export class RouteTable {
  private readonly entries = new Map<string, Entry>();
  private saving: Promise<void> = Promise.resolve();
  private readonly gatewayId: string;
  private readonly path: string;

  private constructor(gatewayId: string, path: string) {
    this.gatewayId = gatewayId;
    this.path = path;
  }

  /**
   * Starts from what was kept, where it is newer than the configuration. A file that can't be read must not keep users
   * waiting: the configured baselines serve.
   */
  static async open(gatewayId: string, path: string, configured: readonly Route[], log: Log): Promise<RouteTable> {
    const table = new RouteTable(gatewayId, path);
    for (const route of configured) table.set(route, null);
    const kept = await readRouteFile(path).catch((error: unknown) => {
      log('error', 'the kept routes are unreadable; the configured baselines serve', {
        path,
        cause: describeError(error),
      });
      return [];
    });
    for (const { route, leaseEndsAt } of kept)
      if (route.epoch > (table.entries.get(route.service)?.route.epoch ?? -1))
        table.set(route, remainingMs(route, leaseEndsAt));
    return table;
  }

  /**
   * Takes a newer route, or renews the lease of the same one; on disk before it returns.
   * @throws {SluiceError} EPOCH_STALE naming both epochs; ROUTE_INVALID when another service has these paths
   */
  async apply(route: Route): Promise<AppliedRoute> {
    this.assertOwnPaths(route);
    const known = this.entries.get(route.service)?.route;
    const renewal = known !== undefined && isDeepStrictEqual(known, route);
    if (known !== undefined && !renewal && route.epoch <= known.epoch) {
      const why = route.epoch === known.epoch ? 'another route with this epoch' : `epoch ${known.epoch}`;
      throw new SluiceError(
        'EPOCH_STALE',
        `${route.service}: epoch ${route.epoch} is refused, ${this.gatewayId} has ${why}`,
      );
    }
    this.set(renewal ? known : route, route.leaseMs);
    await this.save();
    return this.applied(route.service) ?? raise(route.service);
  }

  /** The service whose requests arrive under a path. */
  find(path: string): Exposed | undefined {
    for (const entry of this.entries.values())
      if (path === entry.prefix || path.startsWith(`${entry.prefix}/`)) return exposed(entry);
    return undefined;
  }

  /** Whether a route that a request was assigned under is still the one in force, with its lease. */
  isExposed(route: Route): boolean {
    const entry = this.entries.get(route.service);
    return entry?.route === route && exposed(entry).shadowPercent > 0;
  }

  /** Whether this very route is the one in force. */
  isInForce(route: Route): boolean {
    return this.entries.get(route.service)?.route === route;
  }

  applied(service: string): AppliedRoute | undefined {
    const entry = this.entries.get(service);
    if (entry === undefined) return undefined;
    const { weightPercent, shadowPercent } = exposed(entry);
    const { route, leaseEndsAt } = entry;
    return {
      gatewayId: this.gatewayId,
      route,
      effectiveWeightPercent: weightPercent,
      effectiveShadowPercent: shadowPercent,
      leaseRemainingMs: leaseEndsAt === null ? null : Math.max(0, Math.round(leaseEndsAt - performance.now())),
    };
  }

  all(): AppliedRoute[] {
    return [...this.entries.keys()].flatMap((service) => this.applied(service) ?? []);
  }

  /** Of two services with the same paths, only one would ever see a request. */
  private assertOwnPaths({ service, protocol }: Route): void {
    const prefix = pathPrefix(protocol);
    for (const [other, entry] of this.entries)
      if (other !== service && entry.prefix === prefix)
        throw new SluiceError('ROUTE_INVALID', `${service}: requests under ${prefix} are those of ${other}`);
  }

  private set(route: Route, leaseMs: number | null): void {
    const leaseEndsAt = leaseMs === null ? null : performance.now() + leaseMs;
    this.entries.set(route.service, {
      route,
      prefix: pathPrefix(route.protocol),
      unitKey: parseUnitKey(route.protocol.unitKey),
      leaseEndsAt,
    });
  }

  /** One write at a time, each of the newest state. */
  private save(): Promise<void> {
    const write = () => writeRouteFile(this.path, this.all().map(toKept));
    this.saving = this.saving.then(write, write);
    return this.saving;
  }
}

function exposed({ route, unitKey, leaseEndsAt }: Entry): Exposed {
  const alive = leaseEndsAt !== null && leaseEndsAt > performance.now();
  return {
    route,
    unitKey,
    weightPercent: alive ? route.weightPercent : 0,
    shadowPercent: alive ? route.shadowPercent : 0,
  };
}

function toKept({ route, leaseRemainingMs }: AppliedRoute): KeptRoute {
  return {
    route,
    leaseEndsAt: leaseRemainingMs === null ? null : new Date(Date.now() + leaseRemainingMs).toISOString(),
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
