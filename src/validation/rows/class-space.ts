import type { ComparedArm } from '../../domain/experiment.js';
import { MOST_TEXTS } from './dictionary.js';
import type { RowChecksTally } from './row-tally.js';
import { sortedLabels } from './score-view.js';
import { ALL, keyOf } from './wanted.js';

/** Ids in the order of scikit-learn's classes. */
export function sortedIds(tally: RowChecksTally, ids: readonly number[]): number[] {
  return sortedLabels(ids, (id) => tally.labels.textOf(id));
}

/** The classes of truth and predictions of one version over all rows. */
function classesOf(tally: RowChecksTally, arm: ComparedArm): number[] {
  const counts = tally.counts
    .get(keyOf({ arm, by: ALL }))
    ?.bySlice()
    .get(0);
  return sortedIds(tally, counts?.labels() ?? []);
}

/** The class that counts as yes: the named one, else the later of two. A message where there is none. */
export function positiveOf(tally: RowChecksTally, arm: ComparedArm, named: string | undefined): number | string {
  const classes = classesOf(tally, arm);
  if (named !== undefined) {
    const id = tally.labels.find(named);
    return id !== undefined && classes.includes(id) ? id : `no row is or is said to be of class "${named}"`;
  }
  const [, last] = classes;
  return classes.length === 2 && last !== undefined
    ? last
    : `${classes.length} classes: \`positive\` does not say which one counts as yes`;
}

/** Why classes can't be counted; null where they can. */
export function classFault(tally: RowChecksTally, arm: ComparedArm, by: string): string | null {
  if (tally.labels.full) return `more than ${MOST_TEXTS} different labels, too many for classes`;
  return tally.counts.get(keyOf({ arm, by }))?.fault ?? tally.counts.get(keyOf({ arm, by: ALL }))?.fault ?? null;
}
