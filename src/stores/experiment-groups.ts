import type { ComparedArm } from '../domain/experiment.js';

/** A row of sums: of all units, of a segment, or of a day. */
export interface Grouped {
  readonly part: 'all' | 'segment' | 'day';
  /** The segment's name, the day's number; null of all. */
  readonly key: string | null;
  readonly arm: ComparedArm;
}

export interface ReadGroups<Reading> {
  readonly all: Reading;
  readonly segments: Readonly<Record<string, Reading>>;
  readonly days: readonly { readonly day: number; readonly reading: Reading }[];
}

/** Puts the rows of both arms together. A declared segment without a row is one without units. */
export function byGroup<Row extends Grouped, Reading>(
  rows: readonly Row[],
  segments: readonly string[],
  readingOf: (group: readonly Row[], part: Grouped['part']) => Reading,
): ReadGroups<Reading> {
  const of = (part: Grouped['part'], key: string | null) =>
    readingOf(
      rows.filter((row) => row.part === part && row.key === key),
      part,
    );
  const days = new Set(rows.flatMap(({ part, key }) => (part === 'day' ? [Number(key)] : [])));
  return {
    all: of('all', null),
    segments: Object.fromEntries(segments.map((name) => [name, of('segment', name)])),
    days: [...days].sort((a, b) => a - b).map((day) => ({ day, reading: of('day', String(day)) })),
  };
}
