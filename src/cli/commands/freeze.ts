import axios, { type AxiosRequestConfig } from 'axios';
import { readConfig } from '../../config.js';
import { describeError, ERROR_CODES, type ErrorCode, SluiceError } from '../../domain/errors.js';
import type { Freeze } from '../../domain/freeze.js';
import { renderTable } from '../render-table.js';

const TIMEOUT_MS = 10_000;

export interface CreateFreezeOptions {
  readonly reason: string;
  readonly for?: string;
  readonly until?: string;
  readonly service: string;
  readonly actor: string;
  readonly output: string;
}

export async function createFreeze(options: CreateFreezeOptions): Promise<void> {
  const { reason, service, actor, output, ...end } = options;
  if ((end.for === undefined) === (end.until === undefined))
    throw new SluiceError('USAGE', 'give either --for (how long) or --until (when it ends)');
  const freeze = await ask<Freeze>({
    method: 'POST',
    url: '/v1/freezes',
    data: { scope: service, reason, owner: actor, ...end },
  });
  print(freeze, output, `freeze ${freeze.id} of ${describeScope(freeze)} until ${freeze.expiresAt}`);
}

export interface ListFreezesOptions {
  readonly all?: boolean;
  readonly service?: string;
  readonly limit: string;
  readonly output: string;
}

export async function listFreezes({ all = false, service, limit, output }: ListFreezesOptions): Promise<void> {
  const { freezes } = await ask<{ freezes: Freeze[] }>({
    method: 'GET',
    url: '/v1/freezes',
    params: { active: !all, limit, ...(service === undefined ? {} : { service }) },
  });
  const rows = freezes.map((f) => [f.id, f.scope, f.owner, f.createdAt, f.expiresAt, describeLift(f), f.reason]);
  print(freezes, output, renderTable(['ID', 'SERVICES', 'BY', 'SINCE', 'UNTIL', 'LIFTED', 'REASON'], rows));
}

export async function liftFreeze(
  id: string,
  { reason, actor, output }: { reason: string; actor: string; output: string },
): Promise<void> {
  const freeze = await ask<Freeze>({
    method: 'POST',
    url: `/v1/freezes/${encodeURIComponent(id)}/lift`,
    data: { by: actor, reason },
  });
  // Somebody else may have been faster.
  print(freeze, output, `freeze ${freeze.id} of ${describeScope(freeze)} is lifted ${describeLift(freeze)}`);
}

function print(value: unknown, output: string, text: string): void {
  process.stdout.write(`${output === 'json' ? JSON.stringify(value) : text}\n`);
}

function describeScope({ scope }: Freeze): string {
  return scope === '*' ? 'all services' : scope;
}

function describeLift({ liftedAt, liftedBy, liftReason }: Freeze): string {
  return liftedAt === null ? '' : `by ${liftedBy} at ${liftedAt}: ${liftReason}`;
}

/** @throws {SluiceError} what the api answered; STORE_UNAVAILABLE where it does not, as it is the way to the store */
async function ask<T>(request: AxiosRequestConfig): Promise<T> {
  const { apiUrl, adminToken } = readConfig();
  const { status, data } = await axios
    .request<unknown>({
      ...request,
      baseURL: apiUrl,
      proxy: false,
      timeout: TIMEOUT_MS,
      maxRedirects: 0,
      validateStatus: () => true,
      ...(adminToken === null ? {} : { headers: { authorization: `Bearer ${adminToken}` } }),
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
