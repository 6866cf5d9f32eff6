import type { Readable } from 'node:stream';
import axios from 'axios';
import { HOUR_MS } from '../domain/duration.js';
import { type AddressPolicy, addressRefusalIn } from './address-policy.js';
import { connectionCode } from './connection-code.js';
import type { GuardedTransport } from './guarded-agents.js';
import { readBounded } from './read-bounded.js';
import { sharedTransport } from './shared-transport.js';

/** One request to somebody else's receiver. */
export interface Exchange {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly url: string;
  readonly headers: Record<string, string>;
  /** Absent: none is sent. */
  readonly body?: string;
  /** For all of it, the answer's body included. */
  readonly timeoutMs: number;
  /** The caller's own end. */
  readonly signal?: AbortSignal;
  /** Which addresses may be called; absent: all. */
  readonly policy?: AddressPolicy | undefined;
  /** A caller's own, under its own policy. Default: the one that all under `policy` share. */
  readonly transport?: GuardedTransport;
  /** Bytes of the longest answer that is read. Default: 64 kB. */
  readonly largestAnswer?: number;
}

export interface Answer {
  readonly status: number;
  /** What the receiver asks us to wait, at most an hour; null where it says nothing. */
  readonly retryAfterMs: number | null;
  readonly location: string | null;
  readonly contentType: string;
  /** Null where it is longer than was asked for, or did not end in time. */
  readonly body: string | null;
}

/** Nobody answered. The message says why, and neither address nor headers: either may be a secret. */
export class NoAnswer extends Error {}

const LARGEST_ANSWER = 65_536;
const LONGEST_PAUSE_MS = HOUR_MS;

/**
 * Makes one request: no proxy, no redirects, an answer of bounded length. The status counts as soon as it is there, whatever
 * becomes of the body.
 * @throws {NoAnswer} where there is no status in time
 * @throws {AddressRefused} by the policy
 * @throws the signal's reason, once it is aborted
 */
export async function exchange(request: Exchange): Promise<Answer> {
  const { method, url, headers, body, timeoutMs, signal, policy, largestAnswer = LARGEST_ANSWER } = request;
  const { transport = sharedTransport(policy) } = request;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const {
      status,
      headers: answered,
      data,
    } = await axios.request<Readable>({
      method,
      url,
      headers: { 'user-agent': 'sluice', 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { data: body }),
      timeout: timeoutMs,
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      ...transport,
      responseType: 'stream',
      validateStatus: () => true,
      transformRequest: [(data: unknown) => data],
    });
    const header = (name: string) => (typeof answered[name] === 'string' ? answered[name] : null);
    // One that breaks off is no answer to be read either.
    const text = await readBounded(data, largestAnswer).catch(() => null);
    signal?.throwIfAborted();
    return {
      status,
      retryAfterMs: retryAfter(header('retry-after'), Date.now()),
      location: header('location'),
      contentType: header('content-type') ?? '',
      body: text,
    };
  } catch (error) {
    signal?.throwIfAborted();
    const refused = addressRefusalIn(error);
    if (refused !== null) throw refused;
    // Not kept as the cause: axios' errors carry the address and all headers.
    throw new NoAnswer(
      deadline.aborted ? `no answer within ${timeoutMs} ms` : `no answer (${connectionCode(error) ?? 'broken off'})`,
    );
  }
}

/**
 * @param header whole seconds or an HTTP date; null and anything else ask for nothing
 * @returns milliseconds in 0..1 h
 * Source: RFC 9110, 10.2.3
 */
export function retryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), LONGEST_PAUSE_MS) : null;
}
