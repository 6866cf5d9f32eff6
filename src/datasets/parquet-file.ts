import {
  type AsyncBuffer,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { describeError, SluiceError } from '../domain/errors.js';
import { datasetFault } from './dataset-fault.js';
import { PARQUET_CODECS } from './parquet-codecs.js';
import type { ByteSource } from './sources/byte-source.js';

/** Rows that are stored together. */
export interface RowGroup {
  readonly number: number;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Column -> bytes once unpacked. */
  readonly sizes: ReadonlyMap<string, number>;
}

const MAGIC = 'PAR1';
const LARGEST_FOOTER = 64 * 2 ** 20;
/** Fatal: a text that is not UTF-8 must not become another one. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A Parquet file, read by ranges. */
export class ParquetFile {
  readonly columns: readonly SchemaTree[];
  readonly groups: readonly RowGroup[];
  readonly rows: number;
  private readonly source: ByteSource;
  private readonly size: number;
  private readonly metadata: FileMetaData;

  private constructor(source: ByteSource, size: number, metadata: FileMetaData) {
    this.source = source;
    this.size = size;
    this.metadata = metadata;
    this.columns = parquetSchema(metadata).children;
    this.groups = rowGroups(metadata);
    this.rows = this.groups.at(-1)?.end ?? 0;
  }

  /** Reads the footer. @throws {SluiceError} DATASET_INVALID */
  static async open(source: ByteSource, signal?: AbortSignal): Promise<ParquetFile> {
    const size = await source.size(signal);
    const tail = size < 12 ? Buffer.alloc(0) : Buffer.from(await source.range(size - 8, size, signal));
    if (tail.toString('latin1', 4) !== MAGIC)
      throw datasetFault(source.name, `no ${MAGIC} at its end, byte ${size}: no Parquet, or cut off`);
    const footer = tail.readUInt32LE(0);
    if (footer > Math.min(LARGEST_FOOTER, size - 12))
      throw datasetFault(source.name, `a footer of ${footer} bytes in a file of ${size}, at most ${LARGEST_FOOTER}`);
    return decoded(source.name, 'its footer is damaged', async () => {
      const file = asyncBuffer(source, size, signal);
      return new ParquetFile(
        source,
        size,
        await parquetMetadataAsync(file, { initialFetchSize: footer + 8, geoparquet: false }),
      );
    });
  }

  /** One column of rows of one group. @throws {SluiceError} DATASET_INVALID naming row group and column */
  async column(group: RowGroup, name: string, from: number, signal?: AbortSignal): Promise<DecodedArray> {
    const where = `row group ${group.number}, column ${name}`;
    const values = await decoded(this.source.name, where, async () => {
      const scan = await parquetScan({
        file: asyncBuffer(this.source, this.size, signal),
        metadata: this.metadata,
        columns: [name],
        rowStart: group.start,
        rowEnd: group.end,
        compressors: PARQUET_CODECS,
        parsers: { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && UTF8.decode(bytes) },
        useOffsetIndex: false,
      });
      return scan.readColumn({ column: name, rowStart: from, rowEnd: group.end });
    });
    if (values.length !== group.end - from)
      throw datasetFault(this.source.name, `${where}: ${values.length} values, expected ${group.end - from}`);
    return values;
  }
}

function rowGroups(metadata: FileMetaData): RowGroup[] {
  let start = 0;
  const groups = metadata.row_groups.map((group, number) => {
    const rows = Number(group.num_rows);
    if (!(Number.isSafeInteger(rows) && rows >= 0)) throw new RangeError(`row group ${number} has ${rows} rows`);
    const sizes = new Map(
      group.columns.map(({ meta_data }) => [
        meta_data?.path_in_schema[0] ?? '',
        Number(meta_data?.total_uncompressed_size ?? 0),
      ]),
    );
    start += rows;
    return { number, start: start - rows, end: start, sizes };
  });
  if (start !== Number(metadata.num_rows))
    throw new RangeError(`its row groups have ${start} rows, the file says ${metadata.num_rows}`);
  return groups;
}

/** Our own errors say what happened; all others come from bytes that make no sense to the decoder. */
async function decoded<T>(name: string, where: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof SluiceError || (error instanceof Error && error.name === 'AbortError')) throw error;
    throw datasetFault(name, `${where}: ${describeError(error)}`, error);
  }
}

function asyncBuffer(source: ByteSource, byteLength: number, signal: AbortSignal | undefined): AsyncBuffer {
  const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
    if (!(start >= 0 && start <= end && end <= byteLength))
      throw new RangeError(`it lies at the bytes ${start} to ${end} of ${byteLength}`);
    const { buffer, byteOffset, byteLength: length } = await source.range(start, end, signal);
    const whole = byteOffset === 0 && length === buffer.byteLength;
    return (whole ? buffer : buffer.slice(byteOffset, byteOffset + length)) as ArrayBuffer;
  };
  return {
    byteLength,
    slice(start, end) {
      const bytes = slice(start, end);
      // The decoder asks ahead, and may give up before it looks at what it asked for; an error that nobody looks at would end the process.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
}
