import { fetchAnywhere } from '../client/fetch-anywhere.js';
import { readConfig } from '../config.js';
import { describeError, ERROR_CODES, type ErrorCode, SluiceError } from '../domain/errors.js';
import { SluiceApiError, SluiceClient } from '../sdk/index.js';

const TIMEOUT_MS = 10_000;

/**
 * Asks the api of SLUICE_API, with SLUICE_TOKEN, or else SLUICE_ADMIN_TOKEN, where there is one. Once: who has another way to an answer shall not wait.
 * @param timeoutMs of each request
 * @throws {SluiceError} what the api answered; STORE_UNAVAILABLE where it does not, as it is the way to the store
 */
export async function withApi<T>(ask: (api: SluiceClient) => Promise<T>, timeoutMs = TIMEOUT_MS): Promise<T> {
  const { apiUrl, apiToken } = readConfig();
  try {
    return await ask(new SluiceClient({ url: apiUrl, token: apiToken, timeoutMs, retries: 0, fetch: fetchAnywhere }));
  } catch (error) {
    throw error instanceof SluiceApiError ? asSluiceError(error) : error;
  }
}

/** Without the cause: it holds the request, and the token with it. */
function asSluiceError(error: SluiceApiError): SluiceError {
  const { status, code, message } = error;
  if (status === 0) return new SluiceError('STORE_UNAVAILABLE', describeError(error));
  return new SluiceError(
    Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'STORE_UNAVAILABLE',
    `the api answers ${status}: ${code === 'UNREADABLE' ? 'not as ours does' : message}`,
  );
}
