import { request } from 'undici';
import { describeError } from '../domain/errors.js';
import type { Route, Trip } from '../domain/route.js';
import type { Log } from './log.js';

export interface PeersOptions {
  /** Admin listeners of the other replicas. */
  readonly urls: () => readonly string[];
  readonly token: string | null;
  readonly log: Log;
}

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

  /** One that is away comes back with its lease run out, or hears of it from the control plane. */
  private async tellOne(url: string, service: string, command: Trip & { epoch: number }): Promise<void> {
    const { token, log } = this.options;
    for (let tries = 1; ; tries += 1) {
      try {
        const { statusCode, body } = await request(`${url}/v1/routes/${service}/trip`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify(command),
          headersTimeout: TIMEOUT_MS,
          bodyTimeout: TIMEOUT_MS,
        });
        await body.dump();
        if (statusCode < 300) return;
        throw new Error(`status ${statusCode}`);
      } catch (error) {
        if (tries < TRIES) continue;
        return log('warn', 'a peer could not be told of a trip', { url, service, cause: describeError(error) });
      }
    }
  }
}
