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
  const { label } = plan;
  const fields: Record<string, string | number | null> = {};
  for (const field of plan.fields)
    fields[field.name] = valueOf(field, cellAt(field.position), reader.field, 'a text or a number');
  // A loop: each cell of a data set passes through it.
  const features: (number | null)[] = [];
  for (const feature of plan.features)
    features.push(valueOf(feature, cellAt(feature.position), reader.number, 'a finite number'));
  return {
    index,
    features,
    label: label === null ? null : valueOf(label, cellAt(label.position), reader.text, 'a text or a number'),
    fields,
  };
}

function valueOf<T>({ name }: Column, raw: unknown, read: (cell: unknown) => T | undefined, expected: string): T {
  const value = read(raw);
  if (value === undefined) throw new RangeError(`${name} is ${quoted(raw)}, expected ${expected}`);
  return value;
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
