import type { z } from 'zod';
import type { INTAKE } from '../domain/api-role.js';
import type { ErrorCode } from '../domain/errors.js';
import type { Role } from './schema/common.js';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Who may ask: a role and those above it, or that of intake; `open`: everybody; `alerts`: whoever brings SLUICE_ALERT_TOKEN. */
export type Access = Role | typeof INTAKE | 'open' | 'alerts';

/** One address of the api: what is asked, what is answered, who may. The server, its document and the client are made from these. */
export interface Endpoint<Params = unknown, Query = unknown, Body = unknown, Answer = unknown, Headers = unknown> {
  /** The operation's id, and the client's name for it. */
  readonly id: string;
  readonly method: Method;
  /** As OpenAPI writes it: `/v1/rollouts/{rolloutId}`. */
  readonly path: string;
  readonly tag: string;
  /** One line. */
  readonly summary: string;
  readonly access: Access;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly headers?: z.ZodType<Headers>;
  readonly body?: z.ZodType<Body>;
  /** What a body is that is no JSON. */
  readonly bodyMedia?: string;
  /** Of the body, in bytes; default 1 MiB. */
  readonly bodyLimit?: number;
  /** Status -> what its body is; null: it has none. */
  readonly answers: Readonly<Record<number, z.ZodType<Answer> | null>>;
  /** Of an answer that is no JSON. */
  readonly media?: string;
  /** Statuses of problems beside those that all have (`problemsOf`). */
  readonly problems?: readonly number[];
  /** What a body that its schema refuses is called; default USAGE. */
  readonly invalid?: ErrorCode;
}

/** An answer that goes on until somebody hangs up: HEAD would wait for its end. */
export function isEndless({ media }: { readonly media?: string }): boolean {
  return media === 'text/event-stream';
}

/** Keeps the types of the parts. */
export function endpoint<
  Params = Record<never, never>,
  Query = Record<never, never>,
  Body = undefined,
  Answer = undefined,
  Headers = Record<never, never>,
>(given: Endpoint<Params, Query, Body, Answer, Headers>): Endpoint<Params, Query, Body, Answer, Headers> {
  return given;
}

/** Which problems an address may answer with, in order. */
export function problemsOf(one: Endpoint): number[] {
  const guarded = one.access === 'open' ? [] : [401, 403];
  const named = one.params === undefined ? [] : [404];
  const bodied = one.body === undefined && one.bodyMedia === undefined ? [] : [413, 415];
  return [...new Set([400, ...guarded, ...named, ...bodied, 429, 500, 503, ...(one.problems ?? [])])].sort(
    (a, b) => a - b,
  );
}
