import type { PromValue } from '../ports/prom-query.js';

export type Reduce = 'mean' | 'min' | 'max' | 'last';

/** One number out of several; one that is no finite number says so for all of them. @param values in order of time */
export function reduceNumbers(values: readonly number[], reduce: Reduce): PromValue {
  const odd = values.find((value) => !Number.isFinite(value));
  const last = values.at(-1);
  if (last === undefined) return { kind: 'none', why: 'no numbers' };
  if (odd !== undefined) return numberValue(odd);
  switch (reduce) {
    case 'last':
      return numberValue(last);
    case 'min':
      return numberValue(values.reduce((low, value) => Math.min(low, value)));
    case 'max':
      return numberValue(values.reduce((high, value) => Math.max(high, value)));
    case 'mean':
      return numberValue(values.reduce((sum, value) => sum + value / values.length, 0));
  }
}

export function numberValue(value: number): PromValue {
  if (Number.isNaN(value)) return { kind: 'nan', why: 'the answer is NaN' };
  if (!Number.isFinite(value)) return { kind: 'inf', why: `the answer is ${value > 0 ? '+Inf' : '-Inf'}` };
  return { kind: 'value', value };
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Numbers as JSON has them, and as texts in Go's and JavaScript's spelling; undefined for anything else. */
export function readNumber(given: unknown): number | undefined {
  if (typeof given === 'number') return given;
  if (typeof given !== 'string') return undefined;
  if (given === 'NaN') return Number.NaN;
  const infinite = /^([+-]?)Inf(?:inity)?$/.exec(given);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return DECIMAL.test(given) ? Number(given) : undefined;
}
