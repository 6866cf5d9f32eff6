import type { DatasetReference, ModelVersion } from '../domain/model-version.js';

/** What two versions have in one field: the left one is gone, the right one is new, or both differ. */
export interface FieldDiff {
  readonly added: Readonly<Record<string, string | number | boolean>>;
  readonly removed: Readonly<Record<string, string | number | boolean>>;
  readonly changed: Readonly<Record<string, Change>>;
}

interface Change {
  readonly from: string | number | boolean;
  readonly to: string | number | boolean;
}

export const DIFF_FIELDS = ['artifact', 'code', 'parameters', 'metrics', 'datasets', 'environment'] as const;
type DiffField = (typeof DIFF_FIELDS)[number];
export type VersionDiff = Readonly<Record<DiffField, FieldDiff>>;

type Entries = Readonly<Record<string, string | number | boolean>>;

/** How `b` differs from `a`; data sets by role and name. */
export function diffVersions(a: ModelVersion, b: ModelVersion): VersionDiff {
  return {
    artifact: diffEntries(artifactOf(a), artifactOf(b)),
    code: diffEntries({ code: a.code }, { code: b.code }),
    parameters: diffEntries(a.parameters, b.parameters),
    metrics: diffEntries(a.metrics, b.metrics),
    datasets: diffEntries(byRole(a.datasets), byRole(b.datasets)),
    environment: diffEntries(a.environment, b.environment),
  };
}

export function isSame({ added, removed, changed }: FieldDiff): boolean {
  return [added, removed, changed].every((part) => Object.keys(part).length === 0);
}

/** Where it is kept is no difference. */
function artifactOf({ artifact: { digest, bytes } }: ModelVersion): Entries {
  return { digest, bytes };
}

function byRole(datasets: readonly DatasetReference[]): Entries {
  return Object.fromEntries(datasets.map(({ role, name, digest }) => [`${role}/${name}`, digest]));
}

function diffEntries(a: Entries, b: Entries): FieldDiff {
  const without = (from: Entries, other: Entries) =>
    Object.fromEntries(inOrder(from).filter(([name]) => !Object.hasOwn(other, name)));
  const changed = inOrder(b).flatMap(([name, to]): [string, Change][] => {
    const from = Object.hasOwn(a, name) ? a[name] : undefined;
    return from === undefined || from === to ? [] : [[name, { from, to }]];
  });
  return { added: without(b, a), removed: without(a, b), changed: Object.fromEntries(changed) };
}

function inOrder(entries: Entries) {
  return Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
