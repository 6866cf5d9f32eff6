import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { type FlagDefinitions, flags as flagsSchema } from '../domain/spec/flags.js';

const answerSchema = z.object({ flags: flagsSchema });

export interface FlagSourceOptions {
  /** Base URL of a gateway's admin listener. */
  readonly url: string;
  /** Sent as a bearer token, for an admin listener behind a proxy that asks for one. */
  readonly token?: string;
  /** Until the gateway's answer is whole. */
  readonly timeoutMs: number;
}

/** Fetches the definitions of flags from a gateway, whole and only when they have changed. */
export class FlagSource {
  private readonly options: FlagSourceOptions;
  private etag: string | null = null;

  constructor(options: FlagSourceOptions) {
    this.options = options;
  }

  /**
   * @returns null where they are those of the last call
   * @throws {SluiceError} GATEWAY_UNREACHABLE; USAGE when the gateway refuses; SPEC_INVALID when its flags can't be read
   */
  async fetch(closing: AbortSignal): Promise<FlagDefinitions | null> {
    const url = `${this.options.url.replace(/\/+$/, '')}/v1/flags`;
    const { response, text } = await this.get(url, closing).catch((cause: unknown) => {
      throw new SluiceError('GATEWAY_UNREACHABLE', `no answer from ${url}`, { cause });
    });
    if (response.status === 304) return null;
    if (response.status !== 200)
      throw new SluiceError(
        response.status >= 500 ? 'GATEWAY_UNREACHABLE' : 'USAGE',
        `${url}: status ${response.status}`,
      );
    const definitions = read(text, url);
    this.etag = response.headers.get('etag');
    return definitions;
  }

  private async get(url: string, closing: AbortSignal): Promise<{ response: Response; text: string }> {
    const signal = AbortSignal.any([closing, AbortSignal.timeout(this.options.timeoutMs)]);
    const response = await fetch(url, { headers: this.headers(), signal });
    return { response, text: await response.text() };
  }

  private headers(): Record<string, string> {
    const { token } = this.options;
    return {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(this.etag === null ? {} : { 'if-none-match': this.etag }),
    };
  }
}

function read(text: string, url: string): FlagDefinitions {
  try {
    return answerSchema.parse(JSON.parse(text)).flags;
  } catch (cause) {
    throw new SluiceError('SPEC_INVALID', `the flags of ${url} can't be read`, { cause });
  }
}
