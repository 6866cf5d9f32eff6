import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { describeError } from '../domain/errors.js';
import type { Route, Trip } from '../domain/route.js';
import { flag, flagKey } from '../domain/spec/flag.js';
import type { FlagDefinitions } from '../domain/spec/flags.js';
import type { Log } from '../process/log.js';
import type { FlagChange, FlagTable } from './flags/flag-table.js';
import { callHttp, type HttpCall } from './http-call.js';
import { tripSchema } from './route-file.js';
import { routeSchema } from './route-schema.js';
import type { RouteTable } from './route-table.js';

export interface PeersOptions {
  /** Admin listeners of the other replicas; absent: there is none. */
  readonly urls: (() => readonly string[]) | undefined;
  readonly token: string | null;
  readonly log: Log;
}

const peerRoutes = z.object({
  routes: z.array(
    z.object({ route: routeSchema, leaseRemainingMs: z.number().nullable(), trip: tripSchema.nullable() }),
  ),
});
const peerFlags = z.object({ flags: z.record(flagKey, flag) });
export type PeerRoute = z.output<typeof peerRoutes>['routes'][number];

const TIMEOUT_MS = 500;
const TRIES = 5;
/** Twice as long after each further try, so 3.75 s over all of them: about what a replica takes to start anew. */
const TRIP_PAUSE_MS = 250;

type Command = Pick<HttpCall, 'method' | 'body'> & { readonly path: string };

/** The other replicas: they are told at once of what can't wait for the control plane, and asked at the start. */
export class Peers {
  private readonly options: PeersOptions;

  constructor(options: PeersOptions) {
    this.options = options;
  }

  get urls(): readonly string[] {
    return this.options.urls?.() ?? [];
  }

  /** A candidate was taken out here. It is never late for that: the epoch says of which route. */
  async tellTrip({ service, epoch }: Route, trip: Trip): Promise<void> {
    const body = JSON.stringify({ epoch, ...trip });
    await this.tellAll({ method: 'POST', path: `/v1/routes/${service}/trip`, body }, TRIP_PAUSE_MS);
  }

  /**
   * A flag was changed here. Who has it already does not pass it on, so it does not go round for ever. No pause between the tries: a change that
   * comes after the next one could undo it, since a flag that is gone has no revision.
   */
  async tellFlag({ key, definition }: FlagChange): Promise<void> {
    const path = `/v1/flags/${key}`;
    if (definition === null) await this.tellAll({ method: 'DELETE', path }, 0);
    else await this.tellAll({ method: 'PUT', path, body: JSON.stringify(definition) }, 0);
  }

  /** What the other replicas serve. Who does not answer is left out. */
  async routes(): Promise<PeerRoute[]> {
    return (await this.askAll('/v1/routes', peerRoutes)).flatMap(({ routes }) => routes);
  }

  async flags(): Promise<FlagDefinitions[]> {
    return (await this.askAll('/v1/flags', peerFlags)).map(({ flags }) => flags);
  }

  private async askAll<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>[]> {
    const { token, log } = this.options;
    const asked = this.urls.map(async (url) => {
      try {
        const { status, text } = await callHttp({ method: 'GET', url: url + path, token, timeoutMs: TIMEOUT_MS });
        if (status !== 200) throw new Error(`status ${status}`);
        return [schema.parse(JSON.parse(text))];
      } catch (error) {
        log('warn', 'a peer does not tell what it serves', { url, path, cause: describeError(error) });
        return [];
      }
    });
    return (await Promise.all(asked)).flat();
  }

  private async tellAll({ path, ...call }: Command, pauseMs: number): Promise<void> {
    await Promise.all(this.urls.map((url) => this.tellOne({ ...call, url: url + path }, pauseMs)));
  }

  /** One that is away for longer asks when it is back. A refusal (it knows of something newer) is an answer. */
  private async tellOne(call: Pick<HttpCall, 'method' | 'url' | 'body'>, pauseMs: number): Promise<void> {
    const { token, log } = this.options;
    for (let tries = 1; ; tries += 1) {
      try {
        const { status } = await callHttp({ ...call, token, timeoutMs: TIMEOUT_MS });
        if (status < 500) return;
        throw new Error(`status ${status}`);
      } catch (error) {
        if (tries === TRIES)
          return log('warn', 'a peer could not be told', { url: call.url, cause: describeError(error) });
      }
      // No reason to keep a process that ends.
      await sleep(pauseMs * 2 ** (tries - 1), undefined, { ref: false });
    }
  }
}

/** A replica that was away must not go on where it stopped, nor a new one where the configuration begins. */
export async function joinPeers(peers: Peers, routes: RouteTable, flags: FlagTable): Promise<void> {
  const [served, sets] = await Promise.all([peers.routes(), peers.flags()]);
  await routes.adopt(served);
  for (const set of sets) await flags.adopt(set);
  flags.onCommand(async (change) => {
    if (change !== null) void peers.tellFlag(change);
  });
}
