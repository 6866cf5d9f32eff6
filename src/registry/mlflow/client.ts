import axios from 'axios';
import { describeError, SluiceError } from '../../domain/errors.js';

export interface MlflowOptions {
  /** Base URL of the tracking server. */
  readonly url: string;
  /** Bearer token; null or absent: none is sent. */
  readonly token?: string | null;
  readonly timeoutMs?: number;
}

/** What MLflow answered instead of success. Kept apart until somebody knows whether it matters. */
export class MlflowRefusal extends SluiceError {
  /** Such as RESOURCE_ALREADY_EXISTS. */
  readonly reason: string;

  constructor(code: 'UNAUTHORIZED' | 'STORE_UNAVAILABLE' | 'COMMAND_REFUSED', reason: string, message: string) {
    super(code, message);
    this.name = 'MlflowRefusal';
    this.reason = reason;
  }
}

export interface MlflowClient {
  /** @param path below `/api/2.0/mlflow/` @throws {MlflowRefusal}; {SluiceError} STORE_UNAVAILABLE where nobody answers */
  get<T>(path: string, params: Readonly<Record<string, unknown>>): Promise<T>;
  send<T>(method: 'POST' | 'DELETE' | 'PATCH', path: string, body: object): Promise<T>;
}

const LONGEST_MESSAGE = 500;

/** MLflow's REST API 2.0. Source: https://mlflow.org/docs/latest/rest-api.html */
export function createMlflowClient({ url, token = null, timeoutMs = 10_000 }: MlflowOptions): MlflowClient {
  const place = `MLflow at ${new URL(url).host}`;
  const http = axios.create({
    baseURL: `${url.replace(/\/$/, '')}/api/2.0/mlflow/`,
    proxy: false,
    timeout: timeoutMs,
    maxRedirects: 0,
    maxContentLength: 64 * 2 ** 20,
    validateStatus: () => true,
    paramsSerializer: { indexes: null },
    ...(token === null ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
  const ask = async <T>(method: string, path: string, more: object): Promise<T> => {
    const { status, data } = await http
      .request<unknown>({ method, url: path, ...more, signal: AbortSignal.timeout(timeoutMs) })
      .catch((error: unknown) => {
        // Without the cause: it holds the request, and the token with it.
        throw new SluiceError('STORE_UNAVAILABLE', `${place} does not answer: ${describeError(error)}`);
      });
    if (status === 200) return data as T;
    throw asRefusal(place, status, data);
  };
  return {
    get: (path, params) => ask('GET', path, { params }),
    send: (method, path, body) => ask(method, path, { data: body }),
  };
}

function asRefusal(place: string, status: number, data: unknown): MlflowRefusal {
  const { error_code, message } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const code =
    status === 401 || status === 403
      ? 'UNAUTHORIZED'
      : status >= 500 || status === 429
        ? 'STORE_UNAVAILABLE'
        : 'COMMAND_REFUSED';
  const said = typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : 'not as MLflow does';
  return new MlflowRefusal(
    code,
    typeof error_code === 'string' ? error_code : '',
    `${place} answers ${status}: ${said}`,
  );
}
