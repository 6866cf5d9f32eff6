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
