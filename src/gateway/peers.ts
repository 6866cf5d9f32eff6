import { z } from 'zod';
import { describeError } from '../domain/errors.js';
import type { Route, Trip } from '../domain/route.js';
import { callHttp } from './http-call.js';
import type { Log } from './log.js';
import { tripSchema } from './route-file.js';
import { routeSchema } from './route-schema.js';

export interface PeersOptions {
  /** Admin listeners of the other replicas. */
  readonly urls: () => readonly string[];
  readonly token: string | null;
  readonly log: Log;
}

const peerRoutes = z.object({
  routes: z.array(
    z.object({ route: routeSchema, leaseRemainingMs: z.number().nullable(), trip: tripSchema.nullable() }),
  ),
});
export type PeerRoute = z.output<typeof peerRoutes>['routes'][number];

const TIMEOUT_MS = 500;
const TRIES = 5;

/** Tells the other replicas at once that a candidate was taken out here; they need not wait for the control plane. */
export class Peers {
  private readonly options: PeersOptions;

  constructor(options: PeersOptions) {
    this.options = options;
  }

  async tell({ service, epoch }: Route, trip: Trip): Promise<void> {
    await Promise.all(this.options.urls().map((url) => this.tellOne(url, service, { epoch, ...trip })));
  }

  /**
   * What the other replicas serve: a replica that was away must not go on where it stopped, nor a new one where the configuration begins.
   * Who does not answer is left out.
   */
  async routes(): Promise<PeerRoute[]> {
    const { token, log } = this.options;
    const asked = this.options.urls().map(async (url) => {
      try {
        const { status, text } = await callHttp({
          method: 'GET',
          url: `${url}/v1/routes`,
          token,
          timeoutMs: TIMEOUT_MS,
        });
        if (status !== 200) throw new Error(`status ${status}`);
        return peerRoutes.parse(JSON.parse(text)).routes;
      } catch (error) {
        log('warn', 'a peer does not tell what it serves', { url, cause: describeError(error) });
        return [];
      }
    });
    return (await Promise.all(asked)).flat();
  }

  /** One that is away comes back with its lease run out, or hears of it from the control plane. */
  private async tellOne(url: string, service: string, command: Trip & { epoch: number }): Promise<void> {
    const { token, log } = this.options;
    for (let tries = 1; ; tries += 1) {
      try {
        const trip = `${url}/v1/routes/${service}/trip`;
        const body = JSON.stringify(command);
        const { status } = await callHttp({ method: 'POST', url: trip, body, token, timeoutMs: TIMEOUT_MS });
        if (status < 300) return;
        throw new Error(`status ${status}`);
      } catch (error) {
        if (tries < TRIES) continue;
        return log('warn', 'a peer could not be told of a trip', { url, service, cause: describeError(error) });
      }
    }
  }
}
