import { createHash } from 'node:crypto';
import type { DatasetOptions } from '../domain/spec/dataset.js';
import type { BatchOptions, Dataset, DatasetColumns, Row } from '../ports/dataset.js';
import { type CellReader, TEXT_CELLS, TYPED_CELLS } from './cells.js';
import { type ColumnPlan, columnNames, planColumns } from './columns.js';
import { csvFormat } from './csv-format.js';
import { datasetFault, datasetUnreachable } from './dataset-fault.js';
import { assertDigest, digestOf, hashing, SHA256 } from './digest.js';
import type { Format } from './format.js';
import type { LineFormat, LineRecord } from './line-records.js';
import { NDJSON_FORMAT } from './ndjson-format.js';
import { inBatches, rowOf } from './rows.js';
import { type ByteSource, LARGEST_DATASET } from './sources/byte-source.js';
import { atMost, unpacked, utf8Checked } from './text-bytes.js';

/** CSV or NDJSON, perhaps packed with gzip. Each pass reads the bytes from the first. */
export class LineDataset implements Dataset {
  readonly name: string;
  private readonly source: ByteSource;
  private readonly options: DatasetOptions;
  private readonly format: LineFormat;
  private readonly cells: CellReader;
  private readonly plan: ColumnPlan;
  /** Known after a pass to the end. */
  private whole: { readonly rows: number; readonly digest: string } | null = null;

  private constructor(source: ByteSource, options: DatasetOptions, format: Format, plan: ColumnPlan) {
    this.name = source.name;
    this.source = source;
    this.options = options;
    this.format = lineFormat(format);
    this.cells = format.kind === 'csv' ? TEXT_CELLS : TYPED_CELLS;
    this.plan = plan;
  }

  /** Reads as much as names the columns. */
  static async open(
    source: ByteSource,
    options: DatasetOptions,
    format: Format,
    signal?: AbortSignal,
  ): Promise<LineDataset> {
    const plan = await planOf(source, options, format, signal);
    return new LineDataset(source, options, format, plan);
  }

  get columns(): DatasetColumns {
    return columnNames(this.plan);
  }

  get rows(): number | null {
    return this.whole?.rows ?? null;
  }

  batches({ from = 0, size = 1000, signal }: BatchOptions = {}): AsyncIterable<readonly Row[]> {
    return inBatches(this.pass(from, signal), size);
  }

  async digest(signal?: AbortSignal): Promise<string> {
    return this.whole?.digest ?? (await digestOf(this.source, signal));
  }

  private async *pass(from: number, signal: AbortSignal | undefined): AsyncGenerator<Row[]> {
    const hash = createHash(SHA256);
    let index = 0;
    const records = lineRecords(this.format, hashing(this.source.bytes(signal), hash), this.name);
    for await (const block of records) {
      // Rows before `from` were checked by the pass that got so far.
      const skipped = Math.min(Math.max(0, from - index), block.length);
      const rows = block.slice(skipped).map((record, i) => this.row(record, index + skipped + i));
      index += block.length;
      if (rows.length > 0) yield rows;
    }
    if (index === 0) throw datasetFault(this.name, 'no rows');
    const digest = `sha256:${hash.digest('hex')}`;
    assertDigest(this.name, this.options.expectDigest, digest);
    // Versions that are compared must have been asked the same.
    if (this.whole !== null && this.whole.digest !== digest)
      throw datasetUnreachable(this.name, 'it changed between two passes');
    this.whole = { rows: index, digest };
  }

  private row({ line, cells }: LineRecord, index: number): Row {
    try {
      return rowOf(this.plan, this.cells, index, (position) => cells[position]);
    } catch (error) {
      if (error instanceof RangeError) throw datasetFault(this.name, `line ${line}: ${error.message}`);
      throw error;
    }
  }
}

function lineFormat(format: Format): LineFormat {
  return format.kind === 'csv' ? csvFormat(format.delimiter) : NDJSON_FORMAT;
}

async function planOf(
  source: ByteSource,
  { schema }: DatasetOptions,
  format: Format,
  signal: AbortSignal | undefined,
): Promise<ColumnPlan> {
  let columns: readonly string[] = [];
  const records = lineRecords(lineFormat(format), source.bytes(signal), source.name, (names) => {
    columns = names;
  });
  // The header is there with the first block, which is as far as this reads.
  for await (const _ of records) break;
  try {
    // Without a schema, a column after the label would be taken for a feature: an id, as likely as not.
    if (format.kind === 'csv' && schema === undefined && columns.at(-1) !== 'label')
      throw new RangeError('the last column is not label; give a schema');
    return planColumns(columns, schema);
  } catch (error) {
    throw error instanceof RangeError ? datasetFault(source.name, `line 1: ${error.message}`) : error;
  }
}

/** The records of stored bytes. @throws {SluiceError} DATASET_INVALID naming file and line */
async function* lineRecords(
  format: LineFormat,
  stored: AsyncIterable<Uint8Array>,
  name: string,
  begin: (columns: readonly string[]) => void = () => undefined,
): AsyncGenerator<LineRecord[]> {
  try {
    yield* format.records(utf8Checked(atMost(unpacked(stored), LARGEST_DATASET)), begin);
  } catch (error) {
    if (error instanceof RangeError) throw datasetFault(name, error.message, error.cause);
    throw error;
  }
}
