import type { DecodedArray, SchemaTree } from 'hyparquet';
import type { DatasetOptions } from '../domain/spec/dataset.js';
import type { BatchOptions, Dataset, DatasetColumns, Row } from '../ports/dataset.js';
import { TYPED_CELLS } from './cells.js';
import { type ColumnPlan, columnNames, planColumns } from './columns.js';
import { datasetFault } from './dataset-fault.js';
import { assertDigest, digestOf } from './digest.js';
import { ParquetFile, type RowGroup } from './parquet-file.js';
import { inBatches, rowOf } from './rows.js';
import type { ByteSource } from './sources/byte-source.js';

/** One row group is in memory at a time, its columns as arrays; before the old ones are collected, a process grows by four times as much. A larger one is refused. */
const LARGEST_GROUP = 256 * 2 ** 20;
const BYTES_A_VALUE = 8;
/** Rows made of the arrays at once. */
const ROWS_AT_ONCE = 4096;

const NUMBERS = new Set(['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE', 'FIXED_LEN_BYTE_ARRAY', 'BYTE_ARRAY']);
const NUMBER_NOTES = /^(U?INT_\d+|INTEGER|DECIMAL|FLOAT16)$/;

/** Parquet, read by row groups and only the columns that are asked for. */
export class ParquetDataset implements Dataset {
  readonly name: string;
  private readonly source: ByteSource;
  private readonly file: ParquetFile;
  private readonly plan: ColumnPlan;
  private readonly expectDigest: string | undefined;
  private known: string | null = null;

  private constructor(source: ByteSource, file: ParquetFile, plan: ColumnPlan, expectDigest: string | undefined) {
    this.name = source.name;
    this.source = source;
    this.file = file;
    this.plan = plan;
    this.expectDigest = expectDigest;
  }

  static async open(
    source: ByteSource,
    { schema, expectDigest }: DatasetOptions,
    signal?: AbortSignal,
  ): Promise<ParquetDataset> {
    const file = await ParquetFile.open(source, signal);
    const plan = planOf(source.name, file, schema);
    if (file.rows === 0) throw datasetFault(source.name, 'no rows');
    for (const group of file.groups) assertFits(source.name, group, plan);
    return new ParquetDataset(source, file, plan, expectDigest);
  }

  get columns(): DatasetColumns {
    return columnNames(this.plan);
  }

  get rows(): number {
    return this.file.rows;
  }

  batches({ from = 0, size = 1000, signal }: BatchOptions = {}): AsyncIterable<readonly Row[]> {
    return inBatches(this.pass(from, signal), size);
  }

  /** Row groups are read out of order and in part, so this is a pass of its own. */
  async digest(signal?: AbortSignal): Promise<string> {
    this.known ??= await digestOf(this.source, signal);
    return this.known;
  }

  private async *pass(from: number, signal: AbortSignal | undefined): AsyncGenerator<Row[]> {
    if (this.expectDigest !== undefined) assertDigest(this.name, this.expectDigest, await this.digest(signal));
    for (const group of this.file.groups)
      if (group.end > from && group.end > group.start) yield* this.rowsOf(group, Math.max(from, group.start), signal);
  }

  private async *rowsOf(group: RowGroup, from: number, signal: AbortSignal | undefined): AsyncGenerator<Row[]> {
    const { features, label, fields } = this.plan;
    const arrays: DecodedArray[] = [];
    // One after the other: what a column is decoded from need not be kept beside that of the others.
    for (const { name, position } of [...features, ...(label === null ? [] : [label]), ...fields]) {
      const values = await this.file.column(group, name, from, signal);
      arrays[position] = compact(values);
    }
    for (let start = from; start < group.end; start += ROWS_AT_ONCE) {
      const end = Math.min(group.end, start + ROWS_AT_ONCE);
      yield Array.from({ length: end - start }, (_, i) => this.row(arrays, group, start + i, start + i - from));
    }
  }

  private row(arrays: readonly DecodedArray[], group: RowGroup, index: number, at: number): Row {
    try {
      return rowOf(this.plan, TYPED_CELLS, index, (position) => arrays[position]?.[at] as unknown);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw datasetFault(this.name, `row group ${group.number}, row ${index - group.start}: ${error.message}`);
    }
  }
}

function planOf(name: string, { columns }: ParquetFile, schema: DatasetOptions['schema']): ColumnPlan {
  try {
    const plan = planColumns(
      columns.map(({ element }) => element.name),
      schema,
    );
    for (const { position } of plan.features) assertType(columns[position], true);
    for (const { position } of [...plan.fields, ...(plan.label === null ? [] : [plan.label])])
      assertType(columns[position], false);
    return plan;
  } catch (error) {
    throw error instanceof RangeError ? datasetFault(name, error.message) : error;
  }
}

/** @throws {RangeError} naming column and type */
function assertType(column: SchemaTree | undefined, isFeature: boolean): void {
  if (column === undefined) return;
  const { name, type = 'a group', repetition_type, logical_type, converted_type } = column.element;
  const note = logical_type?.type ?? converted_type ?? null;
  const kind = note === null ? type : `${type} (${note})`;
  if (column.children.length > 0 || repetition_type === 'REPEATED')
    throw new RangeError(`column ${name} is nested, expected a plain column; it can be ignored`);
  const bytes = type.endsWith('BYTE_ARRAY');
  const isNumber = NUMBERS.has(type) && (note === null ? !bytes : NUMBER_NOTES.test(note));
  if (isFeature && !isNumber)
    throw new RangeError(`column ${name} is ${kind}, expected numbers; it can be left out of the features, or ignored`);
}

function assertFits(
  name: string,
  { number, start, end, sizes }: RowGroup,
  { features, label, fields }: ColumnPlan,
): void {
  const read = [...features, ...(label === null ? [] : [label]), ...fields];
  const decoded = read.reduce(
    (sum, column) => sum + Math.max(sizes.get(column.name) ?? 0, (end - start) * BYTES_A_VALUE),
    0,
  );
  if (decoded > LARGEST_GROUP)
    throw datasetFault(
      name,
      `row group ${number} takes ${decoded} bytes unpacked, at most ${LARGEST_GROUP}; write smaller row groups`,
    );
}

/** Numbers with gaps come as an array of objects, three times as large. A gap is NaN, which is read as missing. */
function compact(values: DecodedArray): DecodedArray {
  if (!Array.isArray(values)) return values;
  const packed = new Float64Array(values.length);
  for (const [i, value] of (values as unknown[]).entries()) {
    if (value !== null && value !== undefined && typeof value !== 'number') return values;
    packed[i] = value ?? Number.NaN;
  }
  return packed;
}
