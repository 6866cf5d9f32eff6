import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import { SluiceError } from '../domain/errors.js';
import { connectionCode } from '../net/connection-code.js';
import { mayPass } from '../net/may-pass.js';
import { type KubernetesAccess, readAccessFile } from './kubernetes-access.js';

const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 1_048_576;

/** Somebody else has changed the object since it was read. */
export class ResourceConflict extends SluiceError {}

export interface KubernetesClient {
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** @throws {ResourceConflict} on 409 */
  mergePatch(path: string, patch: object, signal: AbortSignal): Promise<unknown>;
}

export function createKubernetesClient(access: KubernetesAccess): KubernetesClient {
  let connected: { readonly ca: string | null; readonly http: AxiosInstance } | null = null;
  const connection = async () => {
    const ca = access.caFile === null ? null : await readAccessFile(access.caFile);
    // A renewed authority needs a new agent.
    if (connected === null || connected.ca !== ca) connected = { ca, http: clientWith(access.baseUrl, ca) };
    return connected.http;
  };
  const send = async (method: 'GET' | 'PATCH', path: string, body: object | null, signal: AbortSignal) => {
    const http = await connection();
    const token = await readAccessFile(access.tokenFile);
    const deadline = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await http
      .request<unknown>({
        method,
        url: path,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body === null ? {} : { 'content-type': 'application/merge-patch+json' }),
        },
        ...(body === null ? {} : { data: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, deadline]),
      })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        // Not kept as the cause: axios' errors carry the token.
        const why = deadline.aborted ? `no answer within ${TIMEOUT_MS} ms` : noAnswer(error);
        throw new SluiceError('SCALING_FAILED', `kubernetes: ${method} ${path}: ${why}`);
      });
    const { status, data } = answer;
    if (status >= 200 && status < 300) return data;
    const words = `kubernetes: ${method} ${path}: status ${status}${messageOf(data)}`;
    if (status === 409) throw new ResourceConflict('SCALING_FAILED', words);
    throw new SluiceError(mayPass(status) ? 'SCALING_FAILED' : 'SCALING_REFUSED', words);
  };
  return {
    get: (path, signal) => send('GET', path, null, signal),
    mergePatch: (path, patch, signal) => send('PATCH', path, patch, signal),
  };
}

function clientWith(baseURL: string, ca: string | null): AxiosInstance {
  return axios.create({
    baseURL,
    httpsAgent: new HttpsAgent({ keepAlive: false, ...(ca === null ? {} : { ca }) }),
    proxy: false,
    maxRedirects: 0,
    timeout: TIMEOUT_MS,
    maxContentLength: LARGEST_ANSWER,
    validateStatus: () => true,
  });
}

/** What is said of a call that failed before anybody answered. */
function noAnswer(error: unknown): string {
  const code = connectionCode(error);
  return code === null ? 'no answer' : `no answer (${code})`;
}

/** What a `Status` of the API server says: for instance who lacks which right. */
function messageOf(data: unknown): string {
  const message = typeof data === 'object' && data !== null && 'message' in data ? data.message : undefined;
  return typeof message === 'string' ? ` (${message.replace(/\p{Cc}+/gu, ' ').slice(0, 300)})` : '';
}
