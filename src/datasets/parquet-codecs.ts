import type { Compressors } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';

/** Writers make pages of a megabyte; what says that it unpacks to more than this is damaged, or a bomb. */
const LARGEST_PAGE = 256 * 2 ** 20;

/** Every codec, none of which unpacks to more than the page says, or than a page may have. */
export const PARQUET_CODECS: Compressors = Object.fromEntries(
  Object.entries({
    ...compressors,
    // By itself it would believe the length in its own frame.
    ZSTD: (input: Uint8Array, length: number) => decompressZstd(input, new Uint8Array(length)),
  }).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, length: number) => {
      if (length > LARGEST_PAGE) throw new RangeError(`a page of ${length} bytes, at most ${LARGEST_PAGE} are read`);
      return unpack(input, length);
    },
  ]),
);
