import type { AnswerSink, UpstreamRequest } from './connection.js';
import { Pool, type PoolLimits } from './pool.js';

interface Target {
  readonly pool: Pool;
  readonly prefix: string;
}

/** Connections to model servers, one pool for each origin. */
export class Upstreams {
  private readonly pools = new Map<string, Pool>();
  /** By base URL, so that no request pays for reading one. */
  private readonly targets = new Map<string, Target>();
  private readonly limits: PoolLimits;

  constructor(limits: PoolLimits) {
    this.limits = limits;
  }

  /** Sends a request; the sink hears of the answer. */
  dispatch(baseUrl: string, request: UpstreamRequest, sink: AnswerSink): void {
    const { pool, prefix } = this.targets.get(baseUrl) ?? this.open(baseUrl);
    pool.dispatch(prefix === '' ? request : { ...request, path: prefix + request.path }, sink);
  }

  /** Lets go of targets that are in no route any more, once nothing is on its way to them. */
  retire(inUse: ReadonlySet<string>): void {
    const origins = new Set([...inUse].map((url) => new URL(url).origin));
    for (const [origin, pool] of this.pools) {
      if (origins.has(origin) || pool.load.active > 0) continue;
      pool.close();
      this.pools.delete(origin);
    }
    for (const [url, { pool }] of this.targets) if (![...this.pools.values()].includes(pool)) this.targets.delete(url);
  }

  /** Connections by origin: those with a request on its way, and those that wait for one. */
  loads(): { origin: string; active: number; idle: number }[] {
    return [...this.pools].map(([origin, { load }]) => ({ origin, ...load }));
  }

  close(): void {
    for (const pool of this.pools.values()) pool.close();
  }

  private open(baseUrl: string): Target {
    const { origin, pathname } = new URL(baseUrl);
    let pool = this.pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, this.limits);
      this.pools.set(origin, pool);
    }
    const target = { pool, prefix: pathname.replace(/\/$/, '') };
    this.targets.set(baseUrl, target);
    return target;
  }
}
