import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** Sent as JSON text. */
  readonly body?: string;
  /** As a bearer. */
  readonly token?: string | null;
  /** From the call to the end of the answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const MOST_ANSWER_BYTES = 16 * 2 ** 20;
const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) } as const;

/**
 * What a gateway says to others: its collector, its peers, its workers. With Node's own client: a library would cost each process twenty megabytes
 * (docs/performance.md) for some calls a second.
 * @throws whatever kept the answer from coming, also a time-out
 */
export function callHttp({ method, url, body, token, timeoutMs, signal }: HttpCall): Promise<HttpAnswer> {
  const { protocol } = new URL(url);
  const isTls = protocol === 'https:';
  const ends = AbortSignal.timeout(timeoutMs);
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const options = {
    method,
    headers,
    agent: agents[isTls ? 'https:' : 'http:'],
    signal: signal === undefined ? ends : AbortSignal.any([signal, ends]),
  };
  return new Promise((resolve, reject) => {
    const request = (isTls ? requestHttps : requestHttp)(url, options, (answer) => {
      readText(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
    });
    request.on('error', (error) =>
      reject(ends.aborted ? new Error(`no answer within ${timeoutMs} ms`, { cause: error }) : error),
    );
    request.end(body);
  });
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_ANSWER_BYTES) throw new Error(`an answer of more than ${MOST_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
