import type { IncomingMessage, ServerResponse } from 'node:http';
import { SluiceError } from '../../domain/errors.js';
import { flag, flagKey } from '../../domain/spec/flag.js';
import { readCommand } from '../command-body.js';
import { replyJson } from '../reply.js';
import { isAmong } from './entity-tag.js';
import type { FlagTable } from './flag-table.js';

const DEFINITION = { schema: flag, what: 'a flag', mostBytes: 2 ** 20, code: 'SPEC_INVALID' } as const;
const FLAGS_PATH = /^\/v1\/flags(?:\/([^/]+)(?:\/(kill|restore))?)?$/;

export function isFlagPath(path: string): boolean {
  return path === '/v1/flags' || path.startsWith('/v1/flags/');
}

/**
 * Commands about flags, on the admin listener: `GET /v1/flags` (ETag), `GET`, `PUT` and `DELETE /v1/flags/<key>`,
 * `POST /v1/flags/<key>/kill` and `/restore`.
 * @throws {SluiceError} NOT_FOUND, USAGE, SPEC_INVALID, EPOCH_STALE, COMMAND_REFUSED
 */
export async function answerFlagCommand(
  flags: FlagTable,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [isFlags, key, action] = FLAGS_PATH.exec(path) ?? [];
  const { method } = request;
  if (isFlags === undefined) throw new SluiceError('NOT_FOUND', `${path.slice(0, 200)} is not a path of flags`);
  if (key === undefined && method === 'GET') return replyAll(flags, request, response);
  if (key === undefined) throw new SluiceError('USAGE', `${method} ${path} is not a command`);
  if (!flagKey.safeParse(key).success) throw new SluiceError('NOT_FOUND', `${key.slice(0, 100)} is not a flag's key`);
  if (action !== undefined && method === 'POST')
    return replyJson(response, 200, { key, ...(await flags.switch(key, action === 'restore')) });
  if (action === undefined && method === 'PUT')
    return replyJson(response, 200, { key, ...(await flags.apply(key, await readCommand(request, DEFINITION))) });
  if (action === undefined && method === 'DELETE') {
    await flags.remove(key);
    return replyJson(response, 200, { key });
  }
  if (action !== undefined || method !== 'GET') throw new SluiceError('USAGE', `${method} ${path} is not a command`);
  const definition = flags.get(key);
  if (definition === undefined) throw new SluiceError('NOT_FOUND', `there is no flag ${key}`);
  replyJson(response, 200, { key, ...definition });
}

function replyAll(
  { inForce: { definitions, tag } }: FlagTable,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const etag = `"${tag}"`;
  response.setHeader('etag', etag);
  if (isAmong(etag, request.headers['if-none-match'] ?? '')) return void response.writeHead(304).end();
  replyJson(response, 200, { flags: definitions });
}
