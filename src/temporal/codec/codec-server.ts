import { createHash, timingSafeEqual } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { describeError, ERROR_CODES, SluiceError } from '../../domain/errors.js';

const { Payloads } = proto.temporal.api.common.v1;

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  /** Of Web UIs that may ask from a browser, such as `http://127.0.0.1:8233`. */
  readonly uiOrigins: readonly string[];
  /** Asked for as `authorization: Bearer …`; null asks for nothing. */
  readonly token: string | null;
}

/** Above the 4 MiB that Temporal takes in one message, in base64 and as a page of them. */
const LARGEST_BODY_BYTES = 32 * 2 ** 20;
/** What the Web UI and the Temporal CLI send. */
const ALLOWED_HEADERS = 'authorization, content-type, x-namespace';

/**
 * Temporal's remote codec over HTTP, not yet listening: `POST /decode` and `/encode` take and give `{ "payloads": [...] }` as
 * protobuf JSON. Source: docs.temporal.io/codec-server.
 */
export function createCodecServer({ codec, uiOrigins, token }: CodecServerOptions): FastifyInstance {
  const server = Fastify({ bodyLimit: LARGEST_BODY_BYTES });
  server.addHook('onRequest', async (request, reply) => {
    if (!isKnownOrigin(request, reply, uiOrigins)) return refuse(reply, 403, 'this origin is not in --ui-origin');
    // A browser asks what is allowed without the token.
    if (request.method === 'OPTIONS') return reply.status(204).send();
    if (token !== null && !holds(request, token)) return refuse(reply, 401, 'the bearer token is missing or wrong');
  });
  server.setErrorHandler((error: Error, _request, reply) => {
    const known = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
    const status = error instanceof SluiceError ? ERROR_CODES[error.code].httpStatus : known;
    return refuse(reply, status, status < 500 ? describeError(error) : 'unexpected error');
  });
  server.post('/decode', ({ body }) => answer(body, (payloads) => codec.decode(payloads)));
  server.post('/encode', ({ body }) => answer(body, (payloads) => codec.encode(payloads)));
  return server;
}

async function answer(body: unknown, convert: (payloads: Payload[]) => Promise<Payload[]>): Promise<object> {
  const { payloads } = parse(body);
  return { payloads: [], ...Payloads.fromObject({ payloads: await convert(payloads) }).toJSON() };
}

function parse(body: unknown): { payloads: Payload[] } {
  try {
    return { payloads: Payloads.fromObject(body as object).payloads };
  } catch {
    throw new SluiceError('USAGE', 'the body is not { "payloads": [...] } in protobuf JSON');
  }
}

/** Browsers name where a page comes from, and let it read the answer only where that is allowed; others name nothing. */
function isKnownOrigin(request: FastifyRequest, reply: FastifyReply, uiOrigins: readonly string[]): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  if (!uiOrigins.includes(origin)) return false;
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': '600',
    vary: 'origin',
  });
  return true;
}

/** Hashes have one length and no order that a clock could tell. */
function holds(request: FastifyRequest, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.status(status).send({ error });
}
