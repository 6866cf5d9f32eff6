import type { FeatureValue } from '../../domain/observation.js';
import type { FeatureMonitor } from '../../domain/spec/monitors/features.js';
import type { InputRow } from '../../ports/monitor-data.js';
import { countNames, frequentNames } from '../windows/names-in.js';

/** One feature in both windows. */
export interface FeatureColumn {
  readonly name: string;
  readonly type: 'numeric' | 'categorical';
  /** Without what is missing. */
  readonly reference: readonly FeatureValue[];
  readonly current: readonly FeatureValue[];
  readonly missing: { readonly reference: number; readonly current: number };
  /** By row of the reference: 1 where the value is missing. */
  readonly holes: readonly number[];
}

const MOST_FEATURES = 500;

/** The most frequent features of the reference in the order of their names, how many had no room, how often the window has others,
 * and which the spec names though the reference has none of them: they are misspelt, or gone. */
export function columnsOf(
  spec: Pick<FeatureMonitor, 'features'>,
  reference: readonly InputRow[],
  current: readonly InputRow[],
): { columns: FeatureColumn[]; leftOut: number; unknown: Map<string, number>; absent: string[] } {
  const judged = ([name]: [string, number]) => planOf(spec, name)?.ignore !== true;
  const known = countNames(reference);
  const counts = new Map([...known].filter(judged));
  const names = frequentNames(counts, MOST_FEATURES);
  return {
    columns: names.map((name) => columnOf(spec, name, reference, current)),
    leftOut: counts.size - names.length,
    absent: Object.keys(spec.features).filter((name) => planOf(spec, name)?.ignore !== true && !known.has(name)),
    unknown: new Map([...countNames(current)].filter(judged).filter(([name]) => !known.has(name))),
  };
}

/** Names come from requests: `constructor` is one like any other. */
export function planOf({ features }: Pick<FeatureMonitor, 'features'>, name: string) {
  return Object.hasOwn(features, name) ? features[name] : undefined;
}

function columnOf(
  spec: Pick<FeatureMonitor, 'features'>,
  name: string,
  reference: readonly InputRow[],
  current: readonly InputRow[],
): FeatureColumn {
  const [before, after] = [reference, current].map((rows) =>
    rows.map(({ features }) => (Object.hasOwn(features, name) ? (features[name] ?? null) : null)),
  ) as [FeatureValue[], FeatureValue[]];
  const type = planOf(spec, name)?.type ?? typeOf(before);
  // What is no number is missing from a column of numbers.
  const isThere = (value: FeatureValue) => (type === 'numeric' ? typeof value === 'number' : value !== null);
  const [kept, now] = [before.filter(isThere), after.filter(isThere)];
  return {
    name,
    type,
    reference: type === 'numeric' ? kept : kept.map(String),
    current: type === 'numeric' ? now : now.map(String),
    missing: { reference: before.length - kept.length, current: after.length - now.length },
    holes: before.map((value) => (isThere(value) ? 0 : 1)),
  };
}

/** What most of the values are: one "n/a" makes no categories of a thousand numbers. */
function typeOf(values: readonly FeatureValue[]): FeatureColumn['type'] {
  const count = (type: 'number' | 'string') => values.filter((value) => typeof value === type).length;
  return count('string') > count('number') ? 'categorical' : 'numeric';
}
