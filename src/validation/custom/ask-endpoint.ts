import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../../domain/errors.js';
import type { AddressPolicy } from '../../net/address-policy.js';
import { type Answer, exchange, NoAnswer } from '../../net/exchange.js';
import { mayPass } from '../../net/may-pass.js';
import type { Secrets } from '../../secrets/secrets.js';
import { signatureHeaders } from '../../secrets/signature.js';
import type { ValidatorSummary } from './contract.js';
import { type Found, readOutcome } from './outcome.js';

export interface EndpointCall {
  readonly url: string;
  readonly secretRef?: string | undefined;
  readonly secrets: Secrets;
  /** Which addresses may be called; absent: all. */
  readonly policy?: AddressPolicy | undefined;
  /** Of the run of the suite: with the check's name the same for every try, so that a receiver can tell a repeat. */
  readonly runId: string;
  readonly summary: ValidatorSummary;
  /** For all tries together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const TRIES = 3;
const FIRST_PAUSE_MS = 500;
const LARGEST_ANSWER = 2 ** 20;

type Try = { readonly found: Found } | { readonly mayPass: true; readonly fault: string; readonly pauseMs: number };

/**
 * Posts the summary to an endpoint and reads its verdict. A server that fails or is away is asked twice more.
 * @throws the signal's reason, once it is aborted
 */
export async function askEndpoint(call: EndpointCall): Promise<Found> {
  const body = JSON.stringify(call.summary);
  const end = performance.now() + call.timeoutMs;
  for (let tries = 1; ; tries += 1) {
    const leftMs = Math.ceil(end - performance.now());
    const tried = await askOnce(call, body, leftMs, FIRST_PAUSE_MS * 2 ** (tries - 1));
    if ('found' in tried) return tried.found;
    const { fault, pauseMs } = tried;
    if (tries === TRIES) return { fault: `${fault}, ${TRIES} times` };
    if (performance.now() + pauseMs >= end) return { fault: `${fault}; no time is left of ${call.timeoutMs} ms` };
    await sleep(pauseMs, undefined, { signal: call.signal });
  }
}

async function askOnce(call: EndpointCall, body: string, timeoutMs: number, pauseMs: number): Promise<Try> {
  const { url, policy, signal } = call;
  try {
    const headers = { 'content-type': 'application/json', ...signed(call, body) };
    const request = {
      method: 'POST',
      url,
      headers,
      body,
      timeoutMs,
      signal,
      policy,
      largestAnswer: LARGEST_ANSWER,
    } as const;
    return read(await exchange(request), pauseMs);
  } catch (error) {
    if (error instanceof NoAnswer) return { mayPass: true, fault: error.message, pauseMs };
    // A secret that is missing, an address that is refused.
    if (error instanceof SluiceError) return { found: { fault: error.message } };
    throw error;
  }
}

function signed({ secretRef, secrets, runId, summary }: EndpointCall, body: string): Record<string, string> {
  if (secretRef === undefined) return {};
  const hash = createHash('sha256').update(`${runId}\n${summary.check}`).digest('hex');
  return signatureHeaders({ secretRef, secrets }, `validation_${hash.slice(0, 32)}`, body, new Date());
}

function read({ status, body, retryAfterMs }: Answer, pauseMs: number): Try {
  if (mayPass(status)) return { mayPass: true, fault: `status ${status}`, pauseMs: retryAfterMs ?? pauseMs };
  if (status < 200 || status >= 300) {
    const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
    return { found: { fault: `status ${status}${redirect}` } };
  }
  if (body === null) return { found: { fault: `its answer is longer than ${LARGEST_ANSWER} bytes or broke off` } };
  try {
    return { found: readOutcome(JSON.parse(body)) };
  } catch {
    return { found: { fault: 'its answer is no JSON' } };
  }
}
