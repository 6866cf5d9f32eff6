import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { describeError } from '../domain/errors.js';
import type { Route, Trip } from '../domain/route.js';
import { flag, flagKey } from '../domain/spec/flag.js';
import type { FlagDefinitions } from '../domain/spec/flags.js';
import type { Log } from '../process/log.js';
import type { FlagChange, FlagTable } from './flags/flag-table.js';
import { callHttp, type HttpCall } from './http-call.js';
import { type PeerCommand, PeerQueue } from './peer-queue.js';
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

/** The other replicas: they are told at once of what can't wait for the control plane, and asked at the start. */
export class Peers {
  private readonly options: PeersOptions;
  private readonly queues = new Map<string, PeerQueue>();
  private isClosed = false;

  constructor(options: PeersOptions) {
    this.options = options;
  }

  get urls(): readonly string[] {
    return this.isClosed ? [] : (this.options.urls?.() ?? []);
  }

  /** Nobody is told any more. */
  close(): void {
    this.isClosed = true;
  }

  /** A candidate was taken out here. It is never late for that: the epoch says of which route. */
  async tellTrip({ service, epoch }: Route, trip: Trip): Promise<void> {
    const body = JSON.stringify({ epoch, ...trip });
    const call = { method: 'POST', body } as const;
    await Promise.all(this.urls.map((url) => this.tellTripTo({ ...call, url: `${url}/v1/routes/${service}/trip` })));
  }

  /** A flag was changed here. Who has it already does not pass it on, so it does not go round for ever. */
  tellFlag({ key, definition }: FlagChange): void {
    const path = `/v1/flags/${key}`;
    const command: PeerCommand =
      definition === null ? { method: 'DELETE', path } : { method: 'PUT', path, body: JSON.stringify(definition) };
    for (const url of this.urls) this.queueOf(url).add(command);
  }

  private queueOf(url: string): PeerQueue {
    const { token, log } = this.options;
    const known = this.queues.get(url);
    if (known !== undefined) return known;
    const send = async ({ path, ...call }: PeerCommand) =>
      (await callHttp({ ...call, url: url + path, token, timeoutMs: TIMEOUT_MS })).status;
    const isPeer = () => this.urls.includes(url);
    const queue = new PeerQueue({ url, send, isPeer, log });
    this.queues.set(url, queue);
    return queue;
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

  /** One that is away for longer asks when it is back, and the control plane has heard of it. A refusal (it knows of something newer) is an answer. */
  private async tellTripTo(call: Pick<HttpCall, 'method' | 'url' | 'body'>): Promise<void> {
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
      await sleep(TRIP_PAUSE_MS * 2 ** (tries - 1), undefined, { ref: false });
    }
  }
}

/** A replica that was away must not go on where it stopped, nor a new one where the configuration begins. */
export async function joinPeers(peers: Peers, routes: RouteTable, flags: FlagTable, log: Log): Promise<void> {
  const [served, sets] = await Promise.all([peers.routes(), peers.flags()]);
  const failed = (what: string) => (error: unknown) =>
    log('error', `the ${what} of the peers are not taken, or not on disk`, { cause: describeError(error) });
  await routes.adopt(served).catch(failed('routes'));
  for (const set of sets) await flags.adopt(set).catch(failed('flags'));
  flags.onCommand(async (change) => {
    if (change !== null) peers.tellFlag(change);
  });
}
