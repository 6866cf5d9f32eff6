import type { TensorMetadata } from '../../ports/model-server.js';

/** Bits of an integer, or those of a float's significand: up to 2^bits all integers are exact in it. */
interface NumericType {
  readonly kind: 'unsigned' | 'signed' | 'float';
  readonly bits: number;
}

/** Source: Open Inference Protocol v2, tensor data types; IEEE 754. BF16 is Triton's. */
const NUMERIC: Readonly<Record<string, NumericType>> = {
  UINT8: { kind: 'unsigned', bits: 8 },
  UINT16: { kind: 'unsigned', bits: 16 },
  UINT32: { kind: 'unsigned', bits: 32 },
  UINT64: { kind: 'unsigned', bits: 64 },
  INT8: { kind: 'signed', bits: 8 },
  INT16: { kind: 'signed', bits: 16 },
  INT32: { kind: 'signed', bits: 32 },
  INT64: { kind: 'signed', bits: 64 },
  BF16: { kind: 'float', bits: 8 },
  FP16: { kind: 'float', bits: 11 },
  FP32: { kind: 'float', bits: 24 },
  FP64: { kind: 'float', bits: 53 },
};

/** Whether every value of one datatype can be held in the other. */
export function holdsAll(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  const [to, from] = [NUMERIC[wide], NUMERIC[narrow]];
  if (to === undefined || from === undefined) return false;
  if (to.kind === 'float') return to.bits >= magnitudeBits(from);
  if (from.kind === 'float' || (to.kind === 'unsigned' && from.kind === 'signed')) return false;
  return magnitudeBits(to) >= magnitudeBits(from);
}

function magnitudeBits({ kind, bits }: NumericType): number {
  return kind === 'signed' ? bits - 1 : bits;
}

export function isFloatType(datatype: string): boolean {
  return NUMERIC[datatype]?.kind === 'float';
}

/** Why rows that fit one shape do not fit the other; null where they do. -1 takes any size. */
export function shapeFault(taken: readonly number[], given: readonly number[]): string | null {
  if (taken.length !== given.length) return `${taken.length} dimensions instead of ${given.length}`;
  const at = taken.findIndex((size, place) => size !== -1 && size !== given[place]);
  return at < 0 ? null : `dimension ${at} takes ${taken[at]} instead of ${given[at] === -1 ? 'any' : given[at]}`;
}

/** For messages: `FP32 [-1, 64]`. */
export function describeTensor({ datatype, shape }: TensorMetadata): string {
  return `${datatype} [${shape.join(', ')}]`;
}
