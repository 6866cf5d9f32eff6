import { errorOf, SluiceApiError } from './errors.js';

export interface ClientOptions {
  /** Of the api, such as `http://127.0.0.1:8090`; empty: where the page came from. */
  readonly url: string;
  /** A token, or what has one; asked before each request. null: none. */
  readonly token?: string | null | (() => string | null | Promise<string | null>);
  /** Of one request. Default 10 s. */
  readonly timeoutMs?: number;
  /** How often a GET is asked again where the api can't answer now. Default 3. */
  readonly retries?: number;
  /** Default: the platform's own. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Its parts are encoded already. */
  readonly path: string;
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** The media type of a body that is no JSON. */
  readonly media?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 250;

/** Asks the api: headers, time-outs, repeats. Runs wherever there is `fetch`. */
export class Http {
  private readonly options: ClientOptions;

  constructor(options: ClientOptions) {
    this.options = options;
  }

  async json<T>(call: Call): Promise<T> {
    const response = await this.ask(call);
    if (response.status === 204) return undefined as T;
    return read(async () => JSON.parse(await response.text()) as T);
  }

  async text(call: Call): Promise<string> {
    const response = await this.ask(call);
    return read(() => response.text());
  }

  /** An answer whose body is still to be read. Without a time-out of its own: it may go on for long. */
  async open(call: Call): Promise<Response> {
    const response = await this.send(call, call.signal);
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  /** Asks again what changes nothing, as long as the api says that later is better. */
  private async ask(call: Call): Promise<Response> {
    const { retries = 3, timeoutMs = 10_000 } = this.options;
    for (let attempt = 0; ; attempt += 1) {
      const limit = AbortSignal.timeout(timeoutMs);
      const signal = call.signal === undefined ? limit : AbortSignal.any([call.signal, limit]);
      try {
        const response = await this.send(call, signal);
        if (response.ok) return response;
        throw await errorOf(response);
      } catch (error) {
        const isLast = attempt >= retries || call.method !== 'GET' || !(error instanceof SluiceApiError);
        if (isLast || ![0, 429, 503].includes(error.status)) throw error;
        await wait(waitFor(error, attempt), call.signal);
      }
    }
  }

  private async send(call: Call, signal: AbortSignal | undefined): Promise<Response> {
    const { url, fetch: ask = fetch } = this.options;
    const token = await this.token();
    const given = call.signal;
    try {
      return await ask(`${url.replace(/\/$/, '')}${call.path}${search(call.query)}`, {
        method: call.method,
        headers: {
          accept: 'application/json, application/problem+json, text/*',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(call.body === undefined ? {} : { 'content-type': call.media ?? 'application/json' }),
          ...call.headers,
        },
        ...(call.body === undefined ? {} : { body: bodyOf(call) }),
        ...(signal === undefined ? {} : { signal }),
        // No cookies, in neither direction, and a token goes nowhere else.
        credentials: 'omit',
        redirect: 'error',
      });
    } catch (error) {
      if (given?.aborted === true) throw error;
      const away = `the api at ${placeOf(url)} does not answer`;
      if (signal?.aborted !== true) throw new SluiceApiError(0, 'UNREACHABLE', away, { cause: error });
      throw new SluiceApiError(0, 'UNREACHABLE', `${away} within ${this.options.timeoutMs ?? 10_000} ms`);
    }
  }

  private async token(): Promise<string | null> {
    const { token = null } = this.options;
    return typeof token === 'function' ? token() : token;
  }
}

/** Parts of a path, each encoded: no name leads elsewhere. */
export function pathOf(strings: TemplateStringsArray, ...parts: readonly string[]): string {
  return strings.reduce(
    (path, text, at) => `${path}${at === 0 ? '' : encodeURIComponent(parts[at - 1] ?? '')}${text}`,
    '',
  );
}

/** Without a password that may stand in it. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url || 'this address';
}

function search(query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

function bodyOf({ body, media }: Call): string | Uint8Array<ArrayBuffer> {
  return media === undefined ? JSON.stringify(body) : (body as string | Uint8Array<ArrayBuffer>);
}

/** As the api says; else longer from time to time, and never all at once. */
function waitFor({ retryAfterMs }: SluiceApiError, attempt: number): number {
  const own = FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random());
  return Math.min(LONGEST_WAIT_MS, Math.max(retryAfterMs ?? 0, own));
}

export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A body that breaks off is as no answer. */
async function read<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw new SluiceApiError(0, 'UNREADABLE', 'the answer broke off, or is not as the api answers', { cause: error });
  }
}
