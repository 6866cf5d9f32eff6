import { readFileSync } from 'node:fs';

/** Format: test/stats/oracles/README.md. */
export interface OracleCase {
  readonly name: string;
  readonly input: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly expected: Record<string, unknown>;
  readonly tolerance: Tolerance | Record<string, Tolerance>;
}

interface Tolerance {
  readonly rel: number;
  readonly abs: number;
}

export function oracleCases(statistic: string): OracleCase[] {
  const path = new URL(`./oracles/${statistic}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: OracleCase[] }).cases;
}

/** Fails when a number, or a list of them, is outside the case's own tolerance for that key. */
export function expectOracle(testCase: OracleCase, key: string, got: number | readonly number[]): void {
  const expected = [testCase.expected[key]].flat() as number[];
  const tolerance =
    'rel' in testCase.tolerance
      ? (testCase.tolerance as Tolerance)
      : (testCase.tolerance[key] ?? { rel: 1e-9, abs: 1e-12 });
  const values = [got].flat();
  if (values.length !== expected.length)
    throw new Error(`${testCase.name}: ${key} has ${values.length} values, expected ${expected.length}`);
  for (const [index, value] of values.entries()) {
    const want = expected[index] ?? Number.NaN;
    const off = Math.abs(value - want);
    if (!(off <= Math.max(tolerance.abs, tolerance.rel * Math.abs(want))))
      throw new Error(`${testCase.name}: ${key} is ${value}, expected ${want} (off by ${off})`);
  }
}
