import type { Row } from '../ports/dataset.js';
import type { CellReader } from './cells.js';
import type { Column, ColumnPlan } from './columns.js';
import { quoted } from './dataset-fault.js';

/**
 * Makes a row of its cells.
 * @param cellAt the cell at a position of the row as stored
 * @throws {RangeError} naming column, value and what was expected
 */
export function rowOf(plan: ColumnPlan, reader: CellReader, index: number, cellAt: (position: number) => unknown): Row {
  const cell = <T>(column: Column, read: (cell: unknown) => T | undefined, expected: string): T => {
    const raw = cellAt(column.position);
    const value = read(raw);
    if (value === undefined) throw new RangeError(`${column.name} is ${quoted(raw)}, expected ${expected}`);
    return value;
  };
  const fields: Record<string, string | number | null> = {};
  for (const field of plan.fields) fields[field.name] = cell(field, reader.field, 'a text or a number');
  return {
    index,
    features: plan.features.map((feature) => cell(feature, reader.number, 'a finite number')),
    label: plan.label === null ? null : cell(plan.label, reader.text, 'a text or a number'),
    fields,
  };
}

/** Puts rows into batches of one size; the last one may be shorter. */
export async function* inBatches(rows: AsyncIterable<readonly Row[]>, size: number): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = [];
  for await (const some of rows)
    for (const row of some) {
      batch.push(row);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  if (batch.length > 0) yield batch;
}
