import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** What one process of ours tells another; nobody sets these. */
const BETWEEN_PROCESSES = ['SLUICE_PRIMARY', 'SLUICE_WORKER', 'SLUICE_WORKER_TOKEN'];

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');
const operations = readFileSync('docs/operations.md', 'utf8');

/** `SLUICE_SQL_` is the beginning of names that users choose. */
const withoutPrefixMark = (name: string) => name.replace(/_$/, '');

/** Names in the first column of the table of settings. */
function documented(): Set<string> {
  const [, table = ''] = /## Settings\n([\s\S]*?)\n## /.exec(operations) ?? [];
  const cells = table.split('\n').flatMap((line) => /^\| (`[^|]+?) *\|/.exec(line)?.[1] ?? []);
  return new Set(cells.flatMap((cell) => (cell.match(/\b[A-Z][A-Z0-9_]+/g) ?? []).map(withoutPrefixMark)));
}

/** Variables that src reads by name, or names as `SLUICE_<PREFIX>_${name}`. */
function read(): Set<string> {
  // `SLUICE_OIDC_*` in a remark stands for several that are read by name.
  const names = sources.match(/\bSLUICE_[A-Z0-9_]+(?![A-Z0-9_*])/g) ?? [];
  return new Set(names.map(withoutPrefixMark).filter((name) => !BETWEEN_PROCESSES.includes(name)));
}

test('every variable that src reads is in the table of settings', () => {
  const known = documented();
  expect([...read()].filter((name) => !known.has(name)).sort()).toEqual([]);
});

test('every variable of ours in the table is read by src', () => {
  const known = read();
  const ours = [...documented()].filter((name) => name.startsWith('SLUICE_'));
  expect(ours.filter((name) => !known.has(name)).sort()).toEqual([]);
});

test('what Temporal, PostgreSQL and others are found by is in the table as well', () => {
  const own = [
    'DATABASE_URL',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_CLI_PATH',
    'TEMPORAL_UI_URL',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ];
  expect(own.filter((name) => !documented().has(name))).toEqual([]);
});
