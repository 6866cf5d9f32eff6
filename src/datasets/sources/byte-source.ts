/** Where the bytes of a data set are stored. */
export interface ByteSource {
  /** For messages; holds no secret. */
  readonly name: string;
  /** All bytes, from the first. @throws {SluiceError} DATASET_INVALID, DATASET_UNREACHABLE */
  bytes(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** How many there are. @throws as `bytes` */
  size(signal?: AbortSignal): Promise<number>;
  /** The bytes `start` (inclusive) to `end` (exclusive), all of them. @throws as `bytes` */
  range(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** A data set larger than this is refused, as stored and as unpacked. */
export const LARGEST_DATASET = 64 * 2 ** 30;
