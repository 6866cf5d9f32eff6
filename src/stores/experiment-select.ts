import { SluiceError } from '../domain/errors.js';
import type { Statement } from '../ports/experiment-data.js';
import type { SqlClient, SqlSession } from './sql-client.js';

const CANCELED = '57014';

/**
 * Runs a SELECT that the author of a spec wrote. With at least one parameter it is one statement, whatever its text says, and in a read-only
 * transaction it changes nothing.
 */
export async function selectOnly<Row>(
  client: SqlClient,
  { text, values }: Statement,
  timeoutMs: number,
): Promise<Row[]> {
  if (values.length === 0) throw new RangeError('a statement without parameters may be several');
  try {
    const work = async (sql: SqlSession) => {
      await sql.script("SET TRANSACTION READ ONLY; SET LOCAL TimeZone = 'UTC'");
      return sql.query<Row>(text, values);
    };
    return await client.transaction(work, Math.max(1, Math.floor(timeoutMs)));
  } catch (error) {
    const reason = refusalOf(error, timeoutMs);
    if (reason === null) throw error;
    throw new SluiceError('SPEC_INVALID', reason);
  }
}

/** What is wrong with the statement itself; null where nothing is. Only what is said of its text is repeated: anything else may quote data. */
function refusalOf(error: unknown, timeoutMs: number): string | null {
  const fault = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const { code, message } = fault as { readonly code?: unknown; readonly message?: unknown };
  if (code === CANCELED) return `no answer within ${Math.round(timeoutMs)} ms`;
  if (typeof code !== 'string' || !/^(?:0A|22|25|42)/.test(code)) return null;
  return code.startsWith('42') ? `${code}: ${String(message).slice(0, 200)}` : `the store says ${code}`;
}
