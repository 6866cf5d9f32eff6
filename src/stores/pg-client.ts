import pg from 'pg';
import { SluiceError } from '../domain/errors.js';
import type { SqlClient, SqlSession } from './sql-client.js';
import { asStoreFault } from './sql-fault.js';

const CONNECT_TIMEOUT_MS = 5000;
/** Far above any statement of ours that does not say otherwise; the client gives up a little later, for a server that does not answer at all. */
const STATEMENT_TIMEOUT_MS = 30_000;
const ANSWER_SLACK_MS = 5000;

/**
 * A pool of connections to a PostgreSQL server. Connects on first use.
 * @param databaseUrl `postgres://user:password@host:port/database`; the password appears in no message of ours
 * @throws {SluiceError} USAGE when that is not a PostgreSQL URL
 */
export function openPostgres(databaseUrl: string): SqlClient {
  const place = placeOf(databaseUrl);
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'sluice',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + ANSWER_SLACK_MS,
    keepAlive: true,
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // A connection that breaks says so to its listeners and to the query on it; without a listener the process would end.
  pool.on('error', () => {});
  pool.on('connect', (connection) => void connection.on('error', () => {}));
  let closed: Promise<void> | undefined;
  return {
    ...sessionOver(pool, place),
    transaction: (work, patienceMs) => inTransaction(pool, place, work, patienceMs),
    close: () => {
      closed ??= pool.end();
      return closed;
    },
  };
}

async function inTransaction<T>(
  pool: pg.Pool,
  place: string,
  work: (session: SqlSession) => Promise<T>,
  patienceMs = STATEMENT_TIMEOUT_MS,
): Promise<T> {
  const connection = await pool.connect().catch((error: unknown) => {
    throw asStoreFault(error, place);
  });
  const session = sessionOver(connection, place, patienceMs);
  let broken = false;
  try {
    await session.query('BEGIN');
    if (patienceMs !== STATEMENT_TIMEOUT_MS) await session.query(`SET LOCAL statement_timeout = ${patienceMs}`);
    const result = await work(session);
    await session.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    connection.release(broken);
  }
}

function sessionOver(
  runner: pg.Pool | pg.PoolClient,
  place: string,
  patienceMs: number = STATEMENT_TIMEOUT_MS,
): SqlSession {
  // The driver knows this setting of a single query; its types don't.
  const asked = (text: string) => ({ text, query_timeout: patienceMs + ANSWER_SLACK_MS });
  return {
    async query<Row>(text: string, params: readonly unknown[] = []): Promise<Row[]> {
      try {
        return (await runner.query(asked(text), [...params])).rows as Row[];
      } catch (error) {
        throw asStoreFault(error, place);
      }
    },
    async script(text) {
      try {
        await runner.query(asked(text)); // without parameters: the simple protocol, which takes several statements
      } catch (error) {
        throw asStoreFault(error, place);
      }
    },
  };
}

/** `int8` as number: counts stay far below 2^53. The driver's own choice is text. */
function parserOf(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
}

/** Host, port and database of a URL. The parser's own error holds the whole URL, password included: it is not kept. */
function placeOf(databaseUrl: string): string {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    throw new SluiceError('USAGE', 'DATABASE_URL is not a URL of the form postgres://user:password@host:port/database');
  return `PostgreSQL at ${url.host}${url.pathname}`;
}
