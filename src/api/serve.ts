import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import type { Principal } from './auth/principal.js';
import { type Access, type Endpoint, isEndless } from './endpoint.js';
import { parseInput } from './problem.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent: an address that is none of the api's own, such as the page's files. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Null where nobody has to be known. */
    principal: Principal | null;
  }
  interface FastifyInstance {
    /** Whether answers are held to their schemas: in tests, as it costs more than making them. */
    checksAnswers: boolean;
  }
}

/** A request whose parts are what its address asks for. */
export interface Asked<Params, Query, Body, Headers> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  readonly who: Principal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Returned by a handler that has answered itself, with a stream. The reply can't be: whoever awaits it waits for the end of the answer. */
export const ANSWERED = Symbol('answered');

/** Where nobody has to be known, nobody is. */
const NOBODY: Principal = { subject: 'nobody', name: 'nobody', roles: [], role: null, isProven: false };

/**
 * Serves one address: checks what is asked, and says the answer's status and media type. A handler that answers otherwise (a stream)
 * returns `ANSWERED`.
 */
export function serve<Params, Query, Body, Answer, Headers>(
  server: FastifyInstance,
  one: Endpoint<Params, Query, Body, Answer, Headers>,
  handle: (asked: Asked<Params, Query, Body, Headers>) => Promise<Answer | typeof ANSWERED>,
): void {
  const [standard = 200] = Object.keys(one.answers).map(Number);
  server.route({
    method: one.method,
    url: one.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: { access: one.access },
    exposeHeadRoute: one.method === 'GET' && !isEndless(one),
    ...(one.bodyLimit === undefined ? {} : { bodyLimit: one.bodyLimit }),
    handler: async (request, reply) => {
      const asked = { ...partsOf(one, request), who: request.principal ?? NOBODY, request, reply };
      reply.status(standard);
      const answer = await handle(asked);
      if (answer === ANSWERED) return reply;
      if (server.checksAnswers) assertAnswer(one, reply.statusCode, answer);
      if (one.media !== undefined && !reply.hasHeader('content-type')) reply.type(`${one.media}; charset=utf-8`);
      return answer ?? reply.send();
    },
  });
}

/** @throws {InputError} naming each value that was refused */
function partsOf<Params, Query, Body, Headers>(
  { params, query, body, headers, invalid = 'USAGE' }: Endpoint<Params, Query, Body, unknown, Headers>,
  request: FastifyRequest,
): Pick<Asked<Params, Query, Body, Headers>, 'params' | 'query' | 'body' | 'headers'> {
  const read = <T>(schema: z.ZodType<T> | undefined, input: unknown, code = 'USAGE' as typeof invalid) =>
    (schema === undefined ? {} : parseInput(schema, input, code)) as T;
  return {
    params: read(params, request.params),
    headers: read(headers, request.headers),
    query: read(query, request.query),
    // Absent, not null, so that a body may be left out where its schema says so.
    body: read(body, request.body ?? undefined, invalid),
  };
}

/** A defect of ours, which only tests look for. */
function assertAnswer(one: Endpoint, status: number, answer: unknown): void {
  const schema = one.answers[status];
  if (schema === undefined) throw new Error(`${one.id} answers ${status}, which it does not document`);
  if (schema === null || one.media !== undefined) return;
  const checked = schema.safeParse(JSON.parse(JSON.stringify(answer)));
  if (!checked.success) throw new Error(`${one.id} answers what its schema refuses: ${checked.error.message}`);
}

/**
 * Who is named for something: who has proven who they are, whatever they say; else who they say they are.
 * @throws {SluiceError} USAGE where nobody is named
 */
export function namedBy(who: Principal, said: string | undefined, field: string): string {
  if (who.isProven) return who.subject;
  if (said !== undefined) return said;
  throw new SluiceError('USAGE', `${field}: expected who asks, as nobody is known here without a token of their own`);
}
