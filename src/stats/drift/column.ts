import { twoProportionTest } from '../comparison/proportion.js';
import { requireSample, type Sample } from '../sample/sample.js';
import { chiSquareOfCounts } from './chi-square.js';
import { jensenShannonDistance, populationStability } from './divergence.js';
import { ksTest } from './kolmogorov-smirnov.js';
import { categoryShares, countCategories, hasAtMost, numericShares } from './shares.js';
import { normedWasserstein } from './wasserstein.js';

/** One feature: numbers, or the names of categories. */
export type Column =
  | { readonly type: 'numeric'; readonly reference: Sample; readonly current: Sample }
  | { readonly type: 'categorical'; readonly reference: readonly string[]; readonly current: readonly string[] };

export type DriftMethod = 'ks' | 'wasserstein' | 'psi' | 'jensenshannon' | 'chisquare' | 'z';

export interface ColumnDrift {
  readonly method: DriftMethod;
  /** A p-value (ks, chisquare, z: small means drift) or a distance (the others: large means drift). */
  readonly score: number;
  readonly threshold: number;
  readonly drifted: boolean;
}

const P_VALUE_METHODS: ReadonlySet<DriftMethod> = new Set(['ks', 'chisquare', 'z']);

/** Up to this many reference rows a test finds what matters; with more it finds everything, and a distance says how much. */
const TEST_UP_TO_ROWS = 1000;

/**
 * The method Evidently 0.7 would take: tests for small references, distances for large ones; few distinct values count as categories.
 */
export function defaultMethod(column: Column): DriftMethod {
  const distinct = (most: number) => hasAtMost(column.reference, most, column.current);
  const numbers = column.type === 'numeric' && !distinct(5);
  if (column.reference.length > TEST_UP_TO_ROWS) return numbers ? 'wasserstein' : 'jensenshannon';
  if (numbers) return 'ks';
  return distinct(2) ? 'z' : 'chisquare';
}

export function defaultThreshold(method: DriftMethod): number {
  return P_VALUE_METHODS.has(method) ? 0.05 : 0.1;
}

/**
 * Has this feature's distribution changed? Oracle: test/stats/oracles/dataset_drift.json.
 * @throws {RangeError} for an empty side, numbers that are not finite, or a method that does not fit the type
 */
export function columnDrift(
  column: Column,
  method: DriftMethod = defaultMethod(column),
  threshold: number = defaultThreshold(method),
): ColumnDrift {
  if (column.type === 'numeric') {
    requireSample(column.reference, 'reference');
    requireSample(column.current, 'current');
  }
  const score = scoreOf(column, method);
  // Evidently's comparisons, to the last equality: ks counts a p on the threshold as drift, other tests do not.
  const drifted = !P_VALUE_METHODS.has(method)
    ? score >= threshold
    : method === 'ks'
      ? score <= threshold
      : score < threshold;
  return { method, score, threshold, drifted };
}

function scoreOf(column: Column, method: DriftMethod): number {
  switch (method) {
    case 'ks':
    case 'wasserstein':
      return numericScore(column, method);
    case 'psi':
      return populationStability(sharesOf(column));
    case 'jensenshannon':
      return jensenShannonDistance(sharesOf(column));
    case 'chisquare':
      return goodnessOfFit(column);
    case 'z':
      return twoCategories(column);
  }
}

function numericScore(column: Column, method: 'ks' | 'wasserstein'): number {
  if (column.type !== 'numeric') throw new RangeError(`${method} needs numbers; the column is categorical`);
  if (method === 'ks') return ksTest(column.reference, column.current).pValue;
  return normedWasserstein(column.reference, column.current);
}

function sharesOf(column: Column) {
  return column.type === 'numeric'
    ? numericShares(column.reference, column.current)
    : categoryShares(column.reference, column.current);
}

/** Current counts against the reference's shares, whose own noise is left out, as Evidently leaves it. */
function goodnessOfFit(column: Column): number {
  const counts = countCategories(column.reference, column.current);
  if (counts.length < 2) return 1;
  const scale = column.current.length / column.reference.length;
  const { pValue } = chiSquareOfCounts(
    counts.map(([, current]) => current),
    counts.map(([reference]) => reference * scale),
  );
  return pValue;
}

function twoCategories(column: Column): number {
  const counts = countCategories(column.reference, column.current);
  if (counts.length > 2) throw new RangeError(`z needs at most two categories; the column has ${counts.length}`);
  const [first] = counts as [[number, number]];
  const test = twoProportionTest(
    { successes: first[0], trials: column.reference.length },
    { successes: first[1], trials: column.current.length },
  );
  return test.kind === 'tested' ? test.pValue : 1;
}
