import pg from 'pg';
import { fillTemplate, type QueryVariable, type QueryVariables } from '../domain/query-template.js';
import type { SqlQuery } from '../domain/spec/query.js';
import type { QueryValue } from '../ports/query-reader.js';
import { numberValue } from './number-reading.js';

export interface SqlAsking {
  readonly variables: QueryVariables;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** An operator's URL by the name of its variable. */
  readonly connections: (variable: string) => string | undefined;
}

/**
 * One number of a PostgreSQL server, in a read-only transaction that the server itself ends in time. Each query has a connection of its own: nothing
 * that it sets or locks outlives it. Never throws but the signal's reason.
 */
export async function askSql({ connection, query }: SqlQuery, asking: SqlAsking): Promise<QueryValue> {
  const { connections, timeoutMs, signal, variables } = asking;
  signal.throwIfAborted();
  const variable = `SLUICE_SQL_${connection}`;
  const url = connections(variable)?.trim();
  if (!url) return { kind: 'invalid', why: `${variable} is not in the worker's environment` };
  const deadline = AbortSignal.timeout(timeoutMs);
  const client = clientOf(url);
  if (client === null) return { kind: 'invalid', why: `${variable} is not a postgres:// URL` };
  // An answer that never ends holds no look up: the connection goes, and with it whatever waits on it.
  const ended = AbortSignal.any([signal, deadline]);
  const cut = () => void client.connection.stream.destroy();
  ended.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    return await readOne(client, parametrized(query, variables), timeoutMs);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return { kind: 'timeout', why: `no answer within ${Math.round(timeoutMs)} ms` };
    return gapOf(error);
  } finally {
    ended.removeEventListener('abort', cut);
    cut();
  }
}

export interface OwnClient extends pg.Client {
  readonly connection: pg.Connection;
}

/** @returns null for what is not a URL of PostgreSQL */
export function clientOf(url: string): OwnClient | null {
  if (!URL.canParse(url) || !/^postgres(?:ql)?:$/.test(new URL(url).protocol)) return null;
  const client = new pg.Client({ connectionString: url, application_name: 'sluice' }) as OwnClient;
  // A connection that breaks says so to the query on it as well; without a listener the process would end.
  client.on('error', () => {});
  return client;
}

interface Statement {
  readonly text: string;
  readonly values: readonly string[];
}

/** Variables as parameters, each once: no value is ever part of the statement. */
function parametrized(query: string, variables: QueryVariables): Statement {
  const used: QueryVariable[] = [];
  const text = fillTemplate(query, (name) => {
    if (!used.includes(name)) used.push(name);
    return `$${used.indexOf(name) + 1}`;
  });
  return { text, values: used.map((name) => variables[name]) };
}

async function readOne(client: pg.Client, { text, values }: Statement, timeoutMs: number): Promise<QueryValue> {
  await client.query('BEGIN TRANSACTION READ ONLY');
  await client.query(`SET LOCAL statement_timeout = ${Math.max(1, Math.floor(timeoutMs))}`);
  // As a part of another statement it can be nothing but one SELECT; and the extended protocol takes one statement only.
  const shape = await client.query(extended(`SELECT * FROM (${text}\n) AS answer LIMIT 0`, values));
  if (shape.fields.length !== 1) return { kind: 'many', why: `${shape.fields.length} columns, expected one` };
  const one = `SELECT answer.value::float8 AS value FROM (${text}\n) AS answer(value) LIMIT 2`;
  const { rows } = await client.query<{ value: number | null }>(extended(one, values));
  const [first] = rows;
  if (first === undefined) return { kind: 'none', why: 'no rows' };
  if (rows.length > 1) return { kind: 'many', why: 'more than one row' };
  return first.value === null ? { kind: 'none', why: 'the answer is null' } : numberValue(first.value);
}

/** Takes one statement only, whatever its text says. */
export function extended(text: string, values: readonly unknown[]): pg.QueryConfig {
  return { text, values: [...values], queryMode: 'extended' } as pg.QueryConfig;
}

const CANCELED = '57014';

/** What the server says of the statement is the author's own; anything else may quote data, or say who may come in, and stays a code. */
export function gapOf(error: unknown): Extract<QueryValue, { readonly why: string }> {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string') return { kind: 'unreachable', why: 'the connection broke off' };
  if (code === CANCELED) return { kind: 'timeout', why: 'the server ended it: statement_timeout' };
  if (!/^[0-9A-Z]{5}$/.test(code)) return { kind: 'unreachable', why: code.slice(0, 60) };
  if (code.startsWith('42')) return { kind: 'invalid', why: `${code}: ${String(message).slice(0, 200)}` };
  if (/^(?:08|28|3D|53|57)/.test(code)) return { kind: 'refused', why: `the server says ${code}` };
  return { kind: 'invalid', why: `the server says ${code}` };
}
