import type { ModelVersion } from '../domain/model-version.js';
import { DIFF_FIELDS, type FieldDiff, isSame, type VersionDiff } from '../registry/diff.js';

/** All of a version, a field a line; lists one entry a line. */
export function renderVersion(version: ModelVersion): string {
  const { artifact } = version;
  const lines: [string, string][] = [
    ['version', `${version.model}:${version.version}`],
    ['id', version.id],
    ['artifact', `${artifact.uri} (${artifact.bytes} bytes)`],
    ['', artifact.digest],
    ['code', version.code],
    ['author', version.author],
    ['registered', version.createdAt],
    ['description', version.description.replaceAll('\n', `\n${' '.repeat(WIDTH)}`)],
    ...rows('parents', version.parents),
    ...rows(
      'datasets',
      version.datasets.map(({ role, name, digest }) => `${role} ${name} ${digest}`),
    ),
    ...rows('parameters', entries(version.parameters)),
    ...rows('metrics', entries(version.metrics)),
    ...rows('environment', entries(version.environment)),
    ...rows('tags', entries(version.tags)),
  ];
  return lines
    .filter(([name, value]) => name === '' || value !== '')
    .map(([name, value]) => name.padEnd(WIDTH) + value)
    .join('\n');
}

/** `+` what only the second has, `-` what only the first has, `~` what both have otherwise. */
export function renderDiff(diff: VersionDiff): string {
  const lines = DIFF_FIELDS.flatMap((field) => (isSame(diff[field]) ? [] : [`${field}:`, ...fieldLines(diff[field])]));
  return lines.length === 0 ? 'no difference' : lines.join('\n');
}

const WIDTH = 13;

function fieldLines({ added, removed, changed }: FieldDiff): string[] {
  return [
    ...Object.entries(removed).map(([name, value]) => `  - ${name}: ${value}`),
    ...Object.entries(added).map(([name, value]) => `  + ${name}: ${value}`),
    ...Object.entries(changed).map(([name, { from, to }]) => `  ~ ${name}: ${from} -> ${to}`),
  ];
}

function entries(record: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(record).map(([name, value]) => `${name} = ${value}`);
}

function rows(name: string, values: readonly string[]): [string, string][] {
  return values.map((value, index) => [index === 0 ? name : '', value]);
}
