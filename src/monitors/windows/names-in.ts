import type { InputRow } from '../../ports/monitor-data.js';

/** In how many rows each feature has a value. */
export function countNames(rows: readonly InputRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { features } of rows)
    for (const [name, value] of Object.entries(features))
      counts.set(name, (counts.get(name) ?? 0) + (value === null ? 0 : 1));
  return counts;
}

/** Of all features the most frequent, in the order of their names. Requests may bring any names: those that all have must not be crowded out. */
export function frequentNames(counts: ReadonlyMap<string, number>, most: number): string[] {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name]) => name)
    .sort();
}
