import { type Dependence, dependenceOf, INDEPENDENT } from '../../stats/drift/dependence.js';
import type { Categories } from '../../stats/drift/shares.js';
import { quantiles } from '../../stats/sample/quantile.js';
import type { Sample } from '../../stats/sample/sample.js';

interface Dated {
  /** ISO. */
  readonly at: string;
}

/** Both windows of one kind of rows. */
export interface Pair<Row> {
  readonly reference: readonly Row[];
  readonly current: readonly Row[];
}

/** The reference in the order of time, to see how much its neighbours resemble each other. */
export interface TimedPair<Row> extends Pair<Row> {
  /** How many times denser in time the window's rows lie, >= 1. null: both are of one time, and what moves one moves the other. */
  readonly pace: number | null;
}

export function inTime<Row extends Dated>({ reference, current }: Pair<Row>, isOwnPast: boolean): TimedPair<Row> {
  const ordered = reference.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const [before, now] = [gapOf(reference), gapOf(current)];
  const pace = before === 0 ? 1 : Math.max(1, before / now);
  return { reference: ordered, current, pace: isOwnPast ? pace : null };
}

/** Mean ms between neighbours. */
function gapOf(rows: readonly Dated[]): number {
  const times = rows.map(({ at }) => Date.parse(at));
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return rows.length < 2 ? 0 : (last - first) / (rows.length - 1);
}

/**
 * How much less the difference of both windows says than that of independent rows. Only the reference is asked: in a window where something
 * has changed half-way, rows resemble their neighbours as well, and the change must not hide itself. A window that is denser in time
 * has more rows of each moment; shorter than a batch of the reference, it is all of one.
 * @param series measures of the reference's rows in the order of time; not asked for where both windows are of one time
 * @param sizes rows of each window that are compared
 */
export function dependenceBetween(
  series: () => readonly Sample[],
  sizes: { readonly reference: number; readonly current: number },
  pace: number | null,
): Dependence {
  if (pace === null) return INDEPENDENT;
  const { factor, df } = dependenceOf(series());
  if (factor === 1) return INDEPENDENT;
  const [n, m] = [sizes.reference, sizes.current];
  const ofWindow = 1 + (factor - 1) * Math.max(1, Math.min(pace, ((df + 1) * m) / n));
  return { factor: (factor / n + ofWindow / m) / (1 / n + 1 / m), df };
}

/** For each quarter of the values, which lie above it. */
export function levelsOf(values: Sample): number[][] {
  if (values.length === 0) return [];
  const list = Array.from(values);
  return quantiles(list, [0.25, 0.5, 0.75]).map((level) => list.map((value) => (value > level ? 1 : 0)));
}

const MOST_NAMES = 8;

/** For each of the most frequent names, where it stands. */
export function placesOf(names: Categories): number[][] {
  const list = Array.from(names);
  const counts = new Map<string | number, number>();
  for (const name of list) counts.set(name, (counts.get(name) ?? 0) + 1);
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_NAMES);
  return frequent.map(([name]) => list.map((one) => (one === name ? 1 : 0)));
}
