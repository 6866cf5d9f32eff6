import { grouped } from '../../src/report/group.js';
import { type LockedPackage, lockedPackages } from './locked.js';

/** What production dependencies may be under, by SPDX id: whoever runs or ships Sluice has to keep their notices, and nothing more. */
const ALLOWED: Readonly<Record<string, string>> = {
  '0BSD': '',
  'Apache-2.0': '',
  'BlueOak-1.0.0': '',
  'BSD-2-Clause': '',
  'BSD-3-Clause': '',
  'BSL-1.0': 'Boost, not the Business Source License; of code that @stdlib ports',
  'CC-BY-4.0': 'data on browsers, which webpack reads; named here',
  ISC: '',
  MIT: '',
  'MPL-2.0': 'used as it is; who changes one of its files shows the changed file',
  Unlicense: '',
};

/** Packages whose package.json does not say it, by version: somebody has read their LICENSE file. */
const READ_BY_US: Readonly<Record<string, string>> = { 'unionfs@4.6.0': 'Unlicense' };

const MOST_NAMED = 12;

export function licenceOf({ name, version, license }: LockedPackage): string | undefined {
  return license ?? READ_BY_US[`${name}@${version}`];
}

/** Whether an SPDX expression of AND and OR is allowed: all parts of an AND, any of an OR. */
export function isAllowed(expression: string): boolean {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  return text.split(' OR ').some((choice) => choice.split(' AND ').every((id) => id.trim() in ALLOWED));
}

/** docs/licences.md. */
export function licencesPage(): string {
  const production = lockedPackages().filter(({ isProduction }) => isProduction);
  const licenceOrNone = (one: LockedPackage) => licenceOf(one) ?? 'unknown';
  const rows = grouped(production.toSorted(by(licenceOrNone)), (one) => [licenceOrNone(one)]).map((packages) => {
    const licence = packages.map(licenceOrNone)[0] ?? '';
    const names = [...new Set(packages.map(({ name }) => name))].sort();
    return `| ${licence} | ${names.length} | ${namesOf(names)} | ${notesOf(licence)} |`;
  });
  return `# Licences

Sluice is under Apache-2.0. This is what its production dependencies are under, those of their dependencies and of all platforms included. \`npm run licences\` writes this page;
a test fails where it is out of date, and where a package comes under a licence that is not on the list of \`scripts/dependencies/licences.ts\`.

Packages bring their licence texts along in \`node_modules\`, which the image has too. What each direct dependency is for: [decision 007](decisions/007-dependencies.md).

| licence | packages | which | note |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function by<T>(keyOf: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0);
}

function namesOf(names: readonly string[]): string {
  const scopes = grouped(names, (name) => [name.startsWith('@') ? name.slice(0, name.indexOf('/')) : name]).flatMap(
    (all) => (all.length > 2 ? [`${all[0]?.replace(/\/.*/, '')}/* (${all.length})`] : all),
  );
  const named = scopes.slice(0, MOST_NAMED).join(', ');
  return scopes.length > MOST_NAMED ? `${named} and ${scopes.length - MOST_NAMED} more` : named;
}

function notesOf(licence: string): string {
  return licence
    .split(/ AND | OR /)
    .map((id) => ALLOWED[id] ?? '')
    .filter((note) => note !== '')
    .join('; ');
}
