import { Agent, type Dispatcher, request } from 'undici';
import type { AddressPolicy } from '../net/address-policy.js';
import { guardedDispatcher } from '../net/guarded-agents.js';

export interface ModelCall {
  readonly dispatcher: Dispatcher;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** JSON. */
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole of it. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** Of the bodies. */
  readonly bytes: { readonly sent: number; readonly received: number };
}

/** What a status that is not 2xx becomes. */
export class StatusError extends Error {
  readonly response: { readonly status: number; readonly data: string };

  constructor({ status, text }: Pick<RawAnswer, 'status' | 'text'>) {
    super(`Request failed with status code ${status}`);
    this.response = { status, data: text };
  }
}

// Each call has a time-out of its own, over all of it.
const TIMEOUTS = { connectMs: 10_000, headersMs: 0, bodyMs: 0 };
const open = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
const guarded = new WeakMap<AddressPolicy, Dispatcher>();

/** One for all who call under a policy: connections are kept, and used again. Absent: of an operator's own choice, any address. */
export function sharedDispatcher(policy: AddressPolicy | undefined): Dispatcher {
  if (policy === undefined) return open;
  const known = guarded.get(policy);
  if (known !== undefined) return known;
  const made = guardedDispatcher(policy, TIMEOUTS);
  guarded.set(policy, made);
  return made;
}

/**
 * One call, without redirects and proxies. Not by axios: on the way of every row of a data set, it takes twice the time of the processor
 * (bench/validation.ts).
 */
export async function callModel(call: ModelCall): Promise<RawAnswer> {
  const { dispatcher, method, url, body, headers, timeoutMs, mostBytes } = call;
  // Not AbortSignal.timeout: it leaves its timer behind, for as long as the time-out is, at each call.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const answer = await request(url, {
      dispatcher,
      method,
      signal: timeout.signal,
      headers: { accept: 'application/json, */*', ...(body !== undefined && JSON_BODY), ...headers },
      ...(body !== undefined && { body }),
    });
    const { text, received } = await textOf(answer.body, mostBytes);
    return { status: answer.statusCode, text, bytes: { sent: Buffer.byteLength(body ?? ''), received } };
  } catch (error) {
    throw timeout.signal.aborted ? new Error(`timeout of ${timeoutMs}ms exceeded`) : error;
  } finally {
    clearTimeout(timer);
  }
}

const JSON_BODY = { 'content-type': 'application/json' };

async function textOf(body: AsyncIterable<Buffer>, mostBytes: number): Promise<{ text: string; received: number }> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > mostBytes) throw new Error(`the answer is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString(), received };
}
