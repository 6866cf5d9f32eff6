import { chiSquareOfTable } from '../../stats/drift/chi-square.js';
import {
  type Column,
  columnDrift,
  type DriftMethod,
  defaultMethod,
  defaultThreshold,
} from '../../stats/drift/column.js';
import { jensenShannonDistance } from '../../stats/drift/divergence.js';
import { ksTest } from '../../stats/drift/kolmogorov-smirnov.js';
import { categoryShares, countCategories, hasAtMost, numericShares } from '../../stats/drift/shares.js';

export type ShiftMethod = Exclude<DriftMethod, 'z'>;

/** How far two windows of one column lie apart. */
export interface Shift {
  readonly method: ShiftMethod;
  /** A distance; of ks and chisquare the p. */
  readonly score: number;
  /** What the distance is compared with; null for ks and chisquare, whose p is corrected with all others. */
  readonly threshold: number | null;
  /** Whether the distance reaches the threshold. */
  readonly isFar: boolean;
  /** Of a test of two samples, whatever the method. */
  readonly p: number;
  /** Jensen-Shannon distance, 0..0.83: the same scale for columns of every type. */
  readonly distance: number;
}

/**
 * A distance says how far, and never whether chance would go as far: a PSI of 0.1 is nothing unusual between two hundreds of rows. So each has
 * a test of two samples beside it, which counts the noise of both windows.
 */
export function shiftOf(
  column: Column,
  given: { readonly method?: ShiftMethod | undefined; readonly threshold?: number | undefined } = {},
): Shift {
  const method = given.method ?? chosenMethod(column);
  const p = pOf(column);
  const distance = jensenShannonDistance(
    column.type === 'numeric'
      ? numericShares(column.reference, column.current)
      : categoryShares(column.reference, column.current),
  );
  if (method === 'ks' || method === 'chisquare') return { method, score: p, threshold: null, isFar: true, p, distance };
  const threshold = given.threshold ?? defaultThreshold(method);
  const { score, drifted } = columnDrift(column, method, threshold);
  return { method, score, threshold, isFar: drifted, p, distance };
}

function chosenMethod(column: Column): ShiftMethod {
  const method = defaultMethod(column);
  return method === 'z' ? 'chisquare' : method;
}

/** Few distinct numbers are categories; Kolmogorov and Smirnov's p is an upper bound where there are ties. */
function pOf(column: Column): number {
  if (column.type === 'categorical') return samePart(countCategories(column.reference, column.current));
  const [reference, current] = [Array.from(column.reference), Array.from(column.current)];
  return hasAtMost(reference, 5, current)
    ? samePart(countCategories(reference, current))
    : ksTest(reference, current).pValue;
}

/** Below this, the chi-square distribution is no good in its far tail. */
const LEAST_EXPECTED = 10;

/** Do both windows have the categories in the same parts? Rare ones are put together. */
function samePart(counts: readonly (readonly [number, number])[]): number {
  const [n, m] = [0, 1].map((side) => counts.reduce((sum, pair) => sum + (pair[side] ?? 0), 0)) as [number, number];
  const smaller = Math.min(n, m) / (n + m);
  const expected = ([a, b]: readonly [number, number]) => (a + b) * smaller;
  const table: [number, number][] = [];
  let rest: [number, number] = [0, 0];
  for (const [a, b] of counts.toSorted((x, y) => expected(x) - expected(y))) {
    // From the rarest on; what has been put together may be enough itself.
    if (expected(rest) > 0 && expected(rest) < LEAST_EXPECTED) rest = [rest[0] + a, rest[1] + b];
    else if (expected([a, b]) < LEAST_EXPECTED) rest = [rest[0] + a, rest[1] + b];
    else table.push([a, b]);
  }
  if (rest[0] + rest[1] > 0) table.push(rest);
  return table.length < 2 ? 1 : chiSquareOfTable(table).pValue;
}
