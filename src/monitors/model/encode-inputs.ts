import type { FeatureValue } from '../../domain/observation.js';
import type { InputRow } from '../../ports/monitor-data.js';
import { countNames, frequentNames } from '../windows/names-in.js';

type Encode = (rows: readonly InputRow[]) => number[][];

const MOST_LOOKED_AT = 500;
/** Regions are cut along a few features, of which wide inputs have more than enough. */
const MOST_FEATURES = 100;

/**
 * Turns inputs into columns of numbers, to cut regions along: categories by how frequent they are in the reference, what is missing below
 * all else. The features whose values differ most come first, since regions are cut along the first that can be.
 * @returns null where no feature of the reference has two values
 */
export function encoderOf(reference: readonly InputRow[]): Encode | null {
  const names = frequentNames(countNames(reference), MOST_LOOKED_AT);
  const codes = names
    .map((name) => ({ name, ...codeOf(reference.map((row) => valueOf(row, name))) }))
    .filter(({ balance }) => balance > 0)
    .sort((a, b) => b.balance - a.balance)
    .slice(0, MOST_FEATURES);
  if (codes.length === 0) return null;
  return (rows) => codes.map(({ name, code }) => rows.map((row) => code(valueOf(row, name))));
}

function valueOf({ features }: InputRow, name: string): FeatureValue {
  return Object.hasOwn(features, name) ? (features[name] ?? null) : null;
}

/** `balance`: how evenly the median cuts the reference, 0 where it does not at all, 0.5 at best. */
function codeOf(values: readonly FeatureValue[]): { code: (value: FeatureValue) => number; balance: number } {
  const numbers = values.filter((value) => typeof value === 'number');
  const below = numbers.reduce((a, b) => Math.min(a, b), 0) - 1;
  const counts = new Map<string, number>();
  for (const value of values) if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranks = new Map([...counts].sort(([, a], [, b]) => b - a).map(([name], rank) => [name, rank]));
  const code = (value: FeatureValue) =>
    typeof value === 'number' ? value : value === null ? below : (ranks.get(value) ?? ranks.size);
  const sorted = values.map(code).sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return { code, balance: sorted.filter((value) => value > middle).length / sorted.length };
}
