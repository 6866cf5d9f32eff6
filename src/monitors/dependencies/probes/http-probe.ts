import type { Readable } from 'node:stream';
import axios from 'axios';
import type { Probe } from '../../../domain/spec/monitors/dependencies.js';
import type { GuardedTransport } from '../../../net/guarded-agents.js';
import { readBounded } from '../../../net/read-bounded.js';
import { pointerParts, valueAt } from '../../../protocols/json-pointer.js';

type HttpProbe = NonNullable<Probe['http']>;
/** `unusable`: the answer is there, and what is expected can't be looked for in it. */
export type Answered = { readonly kind: 'success' | 'failure' | 'unusable'; readonly why: string };

const LARGEST_ANSWER = 65_536;

/**
 * Asks once. @throws whatever keeps the answer from being there
 * @param token for the probe's `bearer`; null where it has none
 */
export async function probeHttp(
  { url, expectStatus, expectBody }: HttpProbe,
  token: string | null,
  { transport, timeoutMs, signal }: { transport: GuardedTransport; timeoutMs: number; signal: AbortSignal },
): Promise<Answered> {
  const { status, data } = await axios.get<Readable>(url, {
    ...transport,
    headers: {
      'user-agent': 'sluice',
      'accept-encoding': 'identity',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    timeout: timeoutMs,
    signal,
    responseType: 'stream',
    validateStatus: () => true,
  });
  const isExpected = expectStatus === undefined ? status >= 200 && status < 300 : expectStatus.includes(status);
  if (!isExpected || expectBody === undefined) {
    data.destroy();
    return isExpected ? { kind: 'success', why: '' } : { kind: 'failure', why: `status ${status}` };
  }
  return judgeBody(await readBounded(data, LARGEST_ANSWER), expectBody);
}

function judgeBody(text: string | null, { pointer, equals }: NonNullable<HttpProbe['expectBody']>): Answered {
  if (text === null) return { kind: 'unusable', why: `the answer is longer than ${LARGEST_ANSWER} bytes` };
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { kind: 'failure', why: 'the answer is not JSON' };
  }
  const found = valueAt(document, pointerParts(pointer));
  if (found === equals) return { kind: 'success', why: '' };
  return { kind: 'failure', why: `${pointer || 'the answer'} is ${shown(found)}, expected ${JSON.stringify(equals)}` };
}

/** What a dependency says may be long, or not for everybody: only a plain, short value is repeated. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value).slice(0, 60);
}
