import axios, { type AxiosRequestConfig } from 'axios';
import { readConfig } from '../config.js';
import { describeError, ERROR_CODES, type ErrorCode, SluiceError } from '../domain/errors.js';

const TIMEOUT_MS = 10_000;

/**
 * Asks the api of SLUICE_API, with SLUICE_TOKEN, or else SLUICE_ADMIN_TOKEN, where there is one.
 * @throws {SluiceError} what the api answered; STORE_UNAVAILABLE where it does not, as it is the way to the store
 */
export async function askApi<T>(request: AxiosRequestConfig): Promise<T> {
  const { apiUrl, apiToken } = readConfig();
  const { status, data } = await axios
    .request<unknown>({
      ...request,
      baseURL: apiUrl,
      proxy: false,
      timeout: request.timeout ?? TIMEOUT_MS,
      maxRedirects: 0,
      validateStatus: () => true,
      ...(apiToken === null ? {} : { headers: { authorization: `Bearer ${apiToken}` } }),
    })
    .catch((error: unknown) => {
      // Without the cause: it holds the request, and the token with it.
      const place = new URL(apiUrl).host;
      throw new SluiceError('STORE_UNAVAILABLE', `the api at ${place} does not answer: ${describeError(error)}`);
    });
  if (status >= 200 && status < 300) return data as T;
  throw asRefusal(status, data);
}

/** The api's errors are problems (RFC 9457) with our own codes. */
function asRefusal(status: number, data: unknown): SluiceError {
  const { code, detail } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const isKnown = typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
  return new SluiceError(
    isKnown ? (code as ErrorCode) : 'STORE_UNAVAILABLE',
    `the api answers ${status}: ${typeof detail === 'string' ? detail : 'not as ours does'}`,
  );
}
