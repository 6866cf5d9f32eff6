import { seededRandom } from '../../../src/stats/index.js';

/** A generator's recipe in place of its numbers. Format: test/stats/oracles/README.md. */
interface Recipe {
  readonly kind: 'uniform' | 'ih12' | 'lomax2' | 'int';
  readonly n: number;
  readonly seed: number;
  readonly scale?: number;
  readonly loc?: number;
  readonly k?: number;
  readonly check?: { readonly first3: readonly number[]; readonly last: number };
}

const NON_FINITE: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** A list of numbers as an oracle file writes it: numbers, names of non-finite ones, or a recipe. */
export function numbers(value: unknown): Float64Array {
  if (Array.isArray(value)) return Float64Array.from(value, (v) => NON_FINITE[String(v)] ?? Number(v));
  return generate((value as { gen: Recipe }).gen);
}

export function labels(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : Array.from(numbers(value), String);
}

function generate({ kind, n, seed, scale = 1, loc = 0, k = 1, check }: Recipe): Float64Array {
  const random = seededRandom(seed);
  const draw = {
    uniform: random,
    ih12: () => {
      let sum = 0;
      for (let i = 0; i < 12; i += 1) sum += random();
      return sum - 6;
    },
    lomax2: () => 1 / Math.sqrt(1 - random()),
    int: () => Math.floor(random() * k),
  }[kind];
  const values = Float64Array.from({ length: n }, () => draw() * scale + loc);
  const got = [...values.slice(0, 3), values[n - 1]];
  const want = check ? [...check.first3, check.last] : got;
  if (want.some((value, i) => value !== got[i]))
    throw new Error(`recipe ${kind}/${seed} gives ${got.join(', ')}, not ${want.join(', ')}`);
  return values;
}
