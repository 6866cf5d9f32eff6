import type { Readable } from 'node:stream';
import axios, { type AxiosRequestConfig } from 'axios';
import { addressRefusalIn } from '../net/address-policy.js';
import { connectionCode } from '../net/connection-code.js';
import { retryAfter } from '../net/exchange.js';
import { readBounded } from '../net/read-bounded.js';
import type { PromGap } from '../ports/prom-query.js';

/** Why there is no number. */
export interface Gap {
  readonly kind: PromGap;
  readonly why: string;
}

/** What leads a request to where it may go: agents that know the address policy, or none for what an operator has configured. */
export type Transport = Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'>;

interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For all of it, the answer's body included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: string;
  /** The answerer's clock, milliseconds since 1970; null where it does not say. */
  readonly clockMs: number | null;
}

/** Never throws but the signal's reason. */
export type AskHttp = (question: HttpQuestion) => Promise<HttpAnswer | Gap>;

const LARGEST_ANSWER = 4_000_000;
/** Whoever asks for longer is asked again all the same. */
const LONGEST_PAUSE_MS = 600_000;
/** Origins come from specs; past this many pauses the oldest is forgotten. */
const MOST_PAUSES = 1000;

/**
 * Asks over HTTP: no proxy, no redirects, 4 MB at most. Whoever answers with Retry-After is left alone for so long, up to ten minutes, whoever asks.
 * 429, 5xx and refused credentials are a gap; any other status is an answer.
 */
export function createAskHttp(transport: Transport): AskHttp {
  const pauses = new Map<string, number>();
  return async (question) => {
    const { origin } = new URL(question.url);
    const leftMs = (pauses.get(origin) ?? 0) - Date.now();
    if (leftMs > 0)
      return { kind: 'refused', why: `it asked to be left alone for another ${Math.ceil(leftMs / 1000)} s` };
    pauses.delete(origin);
    return ask(transport, question, (ms) => {
      const [oldest] = pauses.size >= MOST_PAUSES ? pauses.keys() : [];
      if (oldest !== undefined) pauses.delete(oldest);
      pauses.set(origin, Date.now() + Math.min(ms, LONGEST_PAUSE_MS));
    });
  };
}

async function ask(
  transport: Transport,
  { method, url, headers, body, timeoutMs, signal }: HttpQuestion,
  pause: (ms: number) => void,
): Promise<HttpAnswer | Gap> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const answered = await axios.request<Readable>({
      ...transport,
      method,
      url,
      headers: { 'user-agent': 'sluice', accept: 'application/json', 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { data: body }),
      signal: AbortSignal.any([signal, deadline]),
      proxy: false,
      maxRedirects: 0,
      responseType: 'stream',
      validateStatus: () => true,
      transformRequest: [(data: unknown) => data],
    });
    const { status, data } = answered;
    const header = (name: string) => {
      const value: unknown = answered.headers[name];
      return typeof value === 'string' ? value : null;
    };
    if (isRefusal(status)) {
      data.destroy();
      const ms = retryAfter(header('retry-after'), Date.now());
      if (ms !== null) pause(ms);
      return { kind: 'refused', why: `status ${status}` };
    }
    const text = await readBounded(data, LARGEST_ANSWER);
    if (text === null) return { kind: 'error', why: `the answer is longer than ${LARGEST_ANSWER} bytes` };
    const clockMs = Date.parse(header('date') ?? '');
    return { kind: 'answer', status, body: text, clockMs: Number.isNaN(clockMs) ? null : clockMs };
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return { kind: 'timeout', why: `no answer within ${Math.round(timeoutMs)} ms` };
    return {
      kind: 'unreachable',
      why: addressRefusalIn(error)?.message ?? connectionCode(error) ?? 'the connection broke off',
    };
  }
}

/** Credentials that are refused may be mended as an overload may: neither says anything of the question. */
function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 408 || status === 429 || status >= 500;
}
