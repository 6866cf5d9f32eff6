import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import axios from 'axios';
import type { Config } from '../../config.js';
import { describeError, SluiceError } from '../../domain/errors.js';
import type { LogReceipt } from '../../monitors/logs/intake.js';

const TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

interface LogPlace {
  readonly service: string;
  readonly version: string | null;
  readonly source: string;
  readonly sequence: number;
}

/** @returns what became of it; null where the api refuses it for what it is, and would do so for ever */
export type SendLogs = (place: LogPlace, body: Buffer) => Promise<LogReceipt | null>;

/** Sends until the api has it: what can't be reached or is busy is tried again, at longer and longer intervals. */
export function createLogSender(
  { apiUrl, apiToken }: Config,
  signal: AbortSignal,
  say: (line: string) => void,
): SendLogs {
  return async ({ service, version, source, sequence }, body) => {
    const data = await promisify(gzip)(body);
    const params = { service, source, sequence, ...(version === null ? {} : { version }) };
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const answer = await axios
        .post<unknown>(`${apiUrl}/v1/logs`, data, {
          params,
          signal,
          proxy: false,
          timeout: TIMEOUT_MS,
          maxRedirects: 0,
          validateStatus: () => true,
          headers: {
            'content-type': 'application/x-ndjson',
            'content-encoding': 'gzip',
            ...(apiToken === null ? {} : { authorization: `Bearer ${apiToken}` }),
          },
        })
        // Without the cause: it holds the request, and the token with it.
        .catch((error: unknown) => ({ status: 0, data: describeError(error) }));
      signal.throwIfAborted();
      if (answer.status === 202) return answer.data as LogReceipt;
      const said = `${answer.status === 0 ? 'no answer' : `status ${answer.status}`} of the api: ${detailOf(answer.data)}`;
      if (answer.status === 401 || answer.status === 404) throw new SluiceError('UNAUTHORIZED', said);
      // Another token would be heard: nothing is left out for it.
      if (answer.status === 403) throw new SluiceError('FORBIDDEN', said);
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
        say(`left out ${body.length} bytes: ${said}`);
        return null;
      }
      say(`trying again in ${waitMs} ms: ${said}`);
      await sleep(waitMs, undefined, { signal });
    }
  };
}

function detailOf(data: unknown): string {
  if (typeof data === 'string') return data.slice(0, 200);
  const { detail } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  return typeof detail === 'string' ? detail : 'not as ours does';
}
