import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { z } from 'zod';
import { cutText } from '../domain/cut-text.js';
import { describeError, ERROR_CODES, type ErrorCode, SluiceError } from '../domain/errors.js';
import { plainWords } from '../domain/plain-words.js';

/** One value that was refused. */
export interface ProblemIssue {
  /** Such as `buckets[0].latency.12`; empty for the whole body. */
  readonly path: string;
  /** The value as text, shortened. */
  readonly value: string;
  readonly message: string;
}

/** Body of every answer that is not a success, RFC 9457. `code` is stable; `INTERNAL` is a defect of ours, outside the table on purpose. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode | 'INTERNAL';
  readonly errors?: readonly ProblemIssue[];
}

/** Raised for input that its schema refuses; the message and `issues` name path and value of each. */
class InputError extends SluiceError {
  readonly issues: readonly ProblemIssue[];

  constructor(code: ErrorCode, issues: readonly ProblemIssue[]) {
    super(
      code,
      issues.map(({ path, value, message }) => `${path === '' ? '' : `${path}: `}${message}, got ${value}`).join('; '),
    );
    this.name = 'InputError';
    this.issues = issues;
  }
}

/** Raised for who may not come in now; the headers say how one might: WWW-Authenticate, Retry-After. */
export class AccessError extends SluiceError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: 'UNAUTHORIZED' | 'FORBIDDEN' | 'RATE_LIMITED', message: string, headers = {}) {
    super(code, message);
    this.name = 'AccessError';
    this.headers = headers;
  }
}

const MOST_ISSUES = 20;
const LONGEST_VALUE = 80;

/** @throws {InputError} of that code when the schema refuses the input */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  code: ErrorCode,
): z.output<Schema> {
  const result = schema.safeParse(input, { error: plainWords });
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, MOST_ISSUES).map(({ path, message }) => ({
    path: path.reduce<string>(
      (text, key) => (typeof key === 'number' ? `${text}[${key}]` : join(text, String(key))),
      '',
    ),
    value: show(valueAt(input, path)),
    message,
  }));
  throw new InputError(code, issues);
}

/**
 * Answers every error, and every unknown address, as application/problem+json.
 * @param methodsOf what an address takes; empty for one that there is not
 */
export function answerProblems(server: FastifyInstance, methodsOf: (path: string) => readonly string[]): void {
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = methodsOf(path);
    // There may be such an address, and not here: an api without Temporal takes no alerts.
    if (allowed.length === 0 || allowed.includes(request.method))
      return send(reply, 404, 'NOT_FOUND', `there is no ${request.method} ${path}`);
    reply.header('allow', allowed.join(', '));
    return send(reply, 405, 'USAGE', `${path} takes ${allowed.join(', ')}, not ${request.method}`);
  });
  server.setErrorHandler((error: FastifyError | Error, request, reply) => {
    if (error instanceof SluiceError) {
      const issues = error instanceof InputError ? error.issues : undefined;
      const status = ERROR_CODES[error.code].httpStatus;
      if (status >= 500) request.log.warn({ err: error }, 'cannot answer now');
      if (error instanceof AccessError) reply.headers(error.headers);
      if (status === 503) reply.header('retry-after', '1');
      return send(reply, status, error.code, describeError(error), issues);
    }
    // First, since fastify's own refusals (a body too large) are RangeErrors too.
    const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
    if (status >= 400 && status < 500) return send(reply, status, 'USAGE', error.message);
    // A value that the schema let through and the database refused.
    if (error instanceof RangeError) return send(reply, 422, 'OBSERVATION_INVALID', error.message);
    request.log.error({ err: error }, 'unexpected error');
    return send(reply, 500, 'INTERNAL', 'unexpected error; the log of this process has the details');
  });
}

function send(
  reply: FastifyReply,
  status: number,
  code: Problem['code'],
  detail: string,
  errors?: readonly ProblemIssue[],
): FastifyReply {
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: Problem = { type: 'about:blank', title, status, detail, code, ...(errors && { errors }) };
  return reply.status(status).type('application/problem+json').send(problem);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** JSON where it can say it; Infinity and a missing value by their names. */
function show(value: unknown): string {
  const text = typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value);
  return cutText(text, LONGEST_VALUE);
}
