import { SluiceError } from '../domain/errors.js';
import type { EventRow, EventSource, ExperimentData, Span, Statement } from '../ports/experiment-data.js';
import { eventRows, eventStatement, type RawEvent, refused } from './experiment-events.js';
import { clientOf, extended, gapOf, type OwnClient } from './sql-query.js';

export interface EventSourceDeps {
  /** An operator's URL by the name of its variable. */
  readonly connections: (variable: string) => string | undefined;
  /** Of Sluice's own store, for queries that name no connection. */
  readonly select: ExperimentData['select'];
  /** As the gateways do it; null where this worker does not know their key. */
  readonly hashUnit: ((unit: string) => string) | null;
  readonly limits?: Partial<EventLimits>;
}

interface EventLimits {
  /** For one query, first row to last. */
  readonly timeoutMs: number;
  readonly mostRows: number;
  /** The own store's rows come all at once: within PGlite nothing else could run beside a cursor. */
  readonly mostOwnRows: number;
  /** Rows that are held in memory at a time. */
  readonly pageRows: number;
}

const LIMITS: EventLimits = { timeoutMs: 120_000, mostRows: 5_000_000, mostOwnRows: 200_000, pageRows: 5000 };

/**
 * Events of metrics with a query of their own, from PostgreSQL servers or the store, in read-only transactions that the server ends in time.
 * @returns a source that throws {SluiceError} SPEC_INVALID where the query is at fault, DATASET_UNREACHABLE where its server is
 */
export function createEventSource({ connections, select, hashUnit, limits }: EventSourceDeps): EventSource {
  const known = { ...LIMITS, ...limits };
  return async function* read({ connection, query }, span, signal) {
    if (connection === undefined) return yield* ofStore(select, query, span, known, hashUnit);
    const variable = `SLUICE_SQL_${connection}`;
    const url = connections(variable)?.trim();
    if (!url) throw refused(`${variable} is not in the worker's environment`);
    const client = clientOf(url);
    if (client === null) throw refused(`${variable} is not a postgres:// URL`);
    const statement = eventStatement(query, span, known.mostRows);
    let seen = 0;
    for await (const rows of pages(client, statement, known, signal)) {
      seen += rows.length;
      if (seen > known.mostRows) throw refused(`more than ${known.mostRows} rows`);
      yield eventRows(rows, span, hashUnit);
    }
  };
}

async function* ofStore(
  select: ExperimentData['select'],
  query: string,
  span: Span,
  { timeoutMs, mostOwnRows, pageRows }: EventLimits,
  hashUnit: EventSourceDeps['hashUnit'],
): AsyncIterable<readonly EventRow[]> {
  const rows = await select<RawEvent>(eventStatement(query, span, mostOwnRows), timeoutMs);
  if (rows.length > mostOwnRows) throw refused(`more than ${mostOwnRows} rows`);
  for (let from = 0; from < rows.length; from += pageRows)
    yield eventRows(rows.slice(from, from + pageRows), span, hashUnit);
}

/** Reads by a cursor, so that neither side holds more than a page. The connection goes when the time is over, and with it whatever waits on it. */
async function* pages(
  client: OwnClient,
  { text, values }: Statement,
  { timeoutMs, pageRows }: EventLimits,
  signal: AbortSignal,
): AsyncIterable<RawEvent[]> {
  signal.throwIfAborted();
  const deadline = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, deadline]);
  const cut = () => void client.connection.stream.destroy();
  ended.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${Math.floor(timeoutMs)}; SET LOCAL TimeZone = 'UTC'`);
    await client.query(extended(`DECLARE event NO SCROLL CURSOR FOR ${text}`, values));
    for (;;) {
      const { rows } = await client.query<RawEvent>(`FETCH ${pageRows} FROM event`);
      if (rows.length > 0) yield rows;
      if (rows.length < pageRows) return;
    }
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    signal.throwIfAborted();
    throw deadline.aborted ? unreachable(`no answer within ${timeoutMs} ms`) : faultOf(error);
  } finally {
    ended.removeEventListener('abort', cut);
    cut();
  }
}

function faultOf(error: unknown): SluiceError {
  const { kind, why } = gapOf(error);
  return kind === 'invalid' ? refused(why) : unreachable(why);
}

function unreachable(why: string): SluiceError {
  return new SluiceError('DATASET_UNREACHABLE', `its query: ${why}`);
}
