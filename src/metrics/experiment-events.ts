import { SluiceError } from '../domain/errors.js';
import { LARGEST_VALUE } from '../domain/observation.js';
import type { EventRow, Span, Statement } from '../ports/experiment-data.js';

/** A row of a metric's query, as the server casts it. */
export interface RawEvent {
  readonly unit: string | null;
  readonly unit_hash: string | null;
  readonly at: string | null;
  readonly value: number | null;
  /** The columns that are missing. */
  readonly missing: string;
}

/** What gateways make of a unit. */
const UNIT_HASH = /^[0-9a-f]{16}$/;
const VARIABLE = /\{\{\s*(since|until)\s*\}\}/g;

/**
 * A metric's query as a part of another statement: it can be nothing but one SELECT, may have any columns, and the server casts them.
 * `{{since}}` and `{{until}}` are parameters.
 */
export function eventStatement(query: string, span: Span, mostRows: number): Statement {
  const used: ('since' | 'until')[] = [];
  const text = query.replace(VARIABLE, (_, name: 'since' | 'until') => {
    if (!used.includes(name)) used.push(name);
    return `$${used.indexOf(name) + 1}::timestamptz`;
  });
  return {
    text: `SELECT j->>'unit' AS unit, j->>'unit_hash' AS unit_hash, (j->>'value')::float8 AS value,
      to_char((j->>'at')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
      concat_ws(', ', CASE WHEN NOT j ?| ARRAY['unit', 'unit_hash'] THEN 'unit or unit_hash' END,
        CASE WHEN NOT j ? 'at' THEN 'at' END, CASE WHEN NOT j ? 'value' THEN 'value' END) AS missing
      FROM (SELECT to_jsonb(answer) AS j FROM (${text}\n) AS answer) AS event LIMIT $${used.length + 1}::int8`,
    values: [...used.map((name) => span[name]), mostRows + 1],
  };
}

/**
 * Raw units are hashed here, and go no further. Rows without a unit are nobody's and are passed over, as are those from before the span.
 * @throws {SluiceError} SPEC_INVALID for a row that is no event; quotes no unit
 */
export function eventRows(
  rows: readonly RawEvent[],
  { since }: Span,
  hashUnit: ((unit: string) => string) | null,
): EventRow[] {
  const from = Date.parse(since);
  return rows.flatMap((row): EventRow[] => {
    const unitHash = unitOf(row, hashUnit);
    if (row.at === null) throw refused('a row has no time: `at` is null');
    if (row.value === null) throw refused('a row has no value: `value` is null');
    if (!(Math.abs(row.value) <= LARGEST_VALUE))
      throw refused(`a value is ${row.value}, not a number up to ${LARGEST_VALUE}`);
    const at = Date.parse(row.at);
    if (Number.isNaN(at)) throw refused(`a row is of ${row.at.slice(0, 40)}, which is no time`);
    return unitHash === null || at < from ? [] : [{ unitHash, at: row.at, value: row.value }];
  });
}

function unitOf({ unit, unit_hash: hash, missing }: RawEvent, hashUnit: ((unit: string) => string) | null) {
  if (missing !== '') throw refused(`its rows have no ${missing}`);
  if (hash !== null) {
    if (!UNIT_HASH.test(hash))
      throw refused('a unit_hash is not what gateways record; a column of raw units is named `unit`');
    return hash;
  }
  if (unit === null) return null;
  if (hashUnit === null)
    throw refused(
      'its rows give `unit`, and this worker has no SLUICE_PREDICTION_KEY to hash it with; give `unit_hash`',
    );
  return hashUnit(unit);
}

/** A metric that can not be read, and why. */
export function refused(why: string): SluiceError {
  return new SluiceError('SPEC_INVALID', `its query: ${why}`);
}
