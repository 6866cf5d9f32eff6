import { SluiceError } from '../../domain/errors.js';
import type { Cell, TensorMetadata } from '../../ports/model-server.js';

/** What a tensor of a datatype may hold. */
export interface Datatype {
  readonly holds: (value: unknown) => value is Cell;
  /** For messages. */
  readonly expected: string;
}

const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const FLOAT: Datatype = {
  // A missing number is null on the wire; what it means is the model's matter.
  holds: (value): value is Cell => value === null || isFinite(value),
  expected: 'a finite number',
};
const BOOL: Datatype = {
  holds: (value): value is Cell => typeof value === 'boolean' || value === 0 || value === 1,
  expected: 'true or false',
};
const BYTES: Datatype = { holds: (value): value is Cell => typeof value === 'string', expected: 'a text' };

function integer(least: number, most: number): Datatype {
  return {
    holds: (value): value is Cell =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    expected: `an integer in ${least}..${most}`,
  };
}

/** Beyond 2^53 a JSON number is no longer the integer that was meant. */
const MOST = Number.MAX_SAFE_INTEGER;
/** Source: Open Inference Protocol v2, tensor data types. */
const DATATYPES: Readonly<Record<string, Datatype>> = {
  BOOL,
  UINT8: integer(0, 255),
  UINT16: integer(0, 65_535),
  UINT32: integer(0, 2 ** 32 - 1),
  UINT64: integer(0, MOST),
  INT8: integer(-128, 127),
  INT16: integer(-32_768, 32_767),
  INT32: integer(-(2 ** 31), 2 ** 31 - 1),
  INT64: integer(-MOST, MOST),
  FP16: FLOAT,
  FP32: FLOAT,
  FP64: FLOAT,
  BYTES,
};

/** @throws {SluiceError} MODEL_ANSWER_INVALID where the model names a type that the protocol does not have */
export function datatypeOf(
  name: string,
  { name: tensor, datatype }: Pick<TensorMetadata, 'name' | 'datatype'>,
): Datatype {
  const known = DATATYPES[datatype];
  if (known === undefined)
    throw new SluiceError(
      'MODEL_ANSWER_INVALID',
      `${name}: ${tensor} has datatype ${datatype}: expected one of ${Object.keys(DATATYPES).join(', ')}`,
    );
  return known;
}

export function isFloat(datatype: string): boolean {
  return DATATYPES[datatype] === FLOAT;
}
