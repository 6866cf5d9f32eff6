interface Tolerance {
  readonly rel: number;
  readonly abs: number;
  readonly optional?: boolean;
}

/** Format: test/stats/oracles/README.md. */
export interface OracleCase {
  readonly name: string;
  readonly input: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly expected: Record<string, unknown>;
  readonly tolerance: Tolerance | Record<string, Tolerance>;
}

const DEFAULT: Tolerance = { rel: 1e-9, abs: 1e-12 };

/** What of `got` does not meet the case, a line each; empty when it passes. */
export function faults(oracle: OracleCase, got: Readonly<Record<string, unknown>>): string[] {
  if (oracle.options.optional === true) return [];
  if (oracle.expected.error === true)
    return got.error === true ? [] : [`answered ${JSON.stringify(got)}, not an error`];
  if (got.error === true) return [`refused: ${String(got.message)}`];
  return Object.entries(oracle.expected).flatMap(([key, want]) => differences(want, got[key], key, oracle.tolerance));
}

function toleranceOf(key: string, tolerance: OracleCase['tolerance']): Tolerance {
  if (typeof tolerance.rel === 'number') return tolerance as Tolerance;
  return (tolerance as Record<string, Tolerance>)[key] ?? DEFAULT;
}

/** Nested keys (a column's score) take the tolerance of their own name. */
function differences(want: unknown, got: unknown, key: string, tolerance: OracleCase['tolerance']): string[] {
  const limit = toleranceOf(key, tolerance);
  if (limit.optional) return [];
  if (Array.isArray(want)) {
    if (!Array.isArray(got)) return [`${key} is ${String(got)}, not a list`];
    if (got.length !== want.length) return [`${key} has ${got.length} values, not ${want.length}`];
    return want.flatMap((value, i) => differences(value, got[i], key, tolerance).map((line) => `[${i}] ${line}`));
  }
  if (typeof want === 'object' && want !== null)
    return Object.entries(want).flatMap(([inner, value]) =>
      differences(value, (got as Record<string, unknown> | undefined)?.[inner], inner, tolerance),
    );
  const number = typeof want === 'number' ? want : NON_FINITE.get(String(want));
  if (number === undefined) return Object.is(want, got) ? [] : [`${key} is ${String(got)}, not ${String(want)}`];
  if (Object.is(number, got)) return [];
  const off = Math.abs((got as number) - number);
  return off <= Math.max(limit.abs, limit.rel * Math.abs(number))
    ? []
    : [`${key} is ${String(got)}, not ${number} (off by ${off})`];
}

const NON_FINITE = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
