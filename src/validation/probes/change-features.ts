import { SluiceError } from '../../domain/errors.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';

export type Change = CheckOf<'invariance'>['change'];
type Features = readonly (number | null)[];

/** A change of one row; one without `oneOf` has one, others one for each combination of values. */
export type RowChange = (features: Features) => (number | null)[];

const MOST_COMBINATIONS = 100;

/**
 * What a check's `change` does to a row. A missing number stays missing where it is to be added to or multiplied.
 * @returns a reason where the values of several `oneOf` have more combinations than are tried
 * @throws {SluiceError} DATASET_INVALID naming a feature that the data set does not have
 */
export function rowChanges(change: Change, columns: readonly string[]): RowChange[] | string {
  const options = Object.entries(change).map(([feature, how]) => {
    const at = columns.indexOf(feature);
    if (at < 0)
      throw new SluiceError('DATASET_INVALID', `change: there is no feature "${feature}" among ${columns.join(', ')}`);
    return valueChanges(how).map((to) => ({ at, to }));
  });
  const combinations = options.reduce((product, { length }) => product * length, 1);
  if (combinations > MOST_COMBINATIONS)
    return `oneOf of several features has ${combinations} combinations: at most ${MOST_COMBINATIONS} are tried`;
  let all: (readonly { at: number; to: (value: number | null) => number | null }[])[] = [[]];
  for (const option of options) all = all.flatMap((before) => option.map((one) => [...before, one]));
  return all.map((changes) => (features) => {
    const changed = [...features];
    for (const { at, to } of changes) changed[at] = to(changed[at] ?? null);
    return changed;
  });
}

function valueChanges(how: Change[string]): ((value: number | null) => number | null)[] {
  if ('set' in how) return [() => how.set];
  if ('add' in how) return [(value) => (value === null ? null : value + how.add)];
  if ('multiply' in how) return [(value) => (value === null ? null : value * how.multiply)];
  return how.oneOf.map((value) => () => value);
}
