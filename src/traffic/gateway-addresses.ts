import { lookup } from 'node:dns/promises';
import { describeError, SluiceError } from '../domain/errors.js';

const BY_NAME = /^dns\+(https?):\/\/([^/:]+)(?::(\d+))?$/;

/** @returns whether the text names gateways by what a name resolves to: `dns+http://gateway.prod.svc:8081` */
export function isByName(url: string): boolean {
  return BY_NAME.test(url);
}

/** A gateway, or a name that stands for some, of which nothing was heard, and why. */
export interface Unanswered {
  readonly url: string;
  readonly error: unknown;
}

/**
 * Where the replicas are at this moment. A plain URL is one of them; `dns+http://<name>:<port>` stands for every address of that name, as a headless
 * service has, so that replicas may come and go. Where a name can't be resolved, its last addresses are used.
 */
export class GatewayAddresses {
  private readonly given: readonly string[];
  private readonly last = new Map<string, string[]>();

  constructor(given: readonly string[]) {
    this.given = given.map((url) => url.replace(/\/+$/, ''));
  }

  /** @throws {SluiceError} GATEWAY_UNREACHABLE for a name that never could be resolved */
  async current(): Promise<string[]> {
    return (await Promise.all(this.given.map((url) => this.addressesOf(url)))).flat();
  }

  /** The same, where a name that can't be resolved must not keep anybody from the others. */
  async reachable(): Promise<{ urls: string[]; unresolved: Unanswered[] }> {
    const found = await Promise.allSettled(this.given.map((url) => this.addressesOf(url)));
    return {
      urls: found.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
      unresolved: found.flatMap((one, i) =>
        one.status === 'rejected' ? [{ url: this.given[i] ?? '', error: one.reason as unknown }] : [],
      ),
    };
  }

  private async addressesOf(url: string): Promise<string[]> {
    const [, protocol, name, port] = BY_NAME.exec(url) ?? [];
    if (name === undefined) return [url];
    try {
      const found = await lookup(name, { all: true, order: 'verbatim' });
      const urls = found.map(({ address, family }) => {
        const host = family === 6 ? `[${address}]` : address;
        return `${protocol}://${host}${port === undefined ? '' : `:${port}`}`;
      });
      this.last.set(url, urls);
    } catch (error) {
      if (!this.last.has(url))
        throw new SluiceError('GATEWAY_UNREACHABLE', `${url}: ${describeError(error)}`, { cause: error });
    }
    return this.last.get(url) ?? [];
  }
}
