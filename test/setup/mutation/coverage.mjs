import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line for each test file: which mutants its tests go through, and how long it takes. Lies in Stryker's sandbox, and goes with it. */
const file = (rootDir) => join(rootDir, 'mutants-of-test-files.ndjson');

/** The mutant that is on trial; none while the tests run for the first time, to see what they cover. */
export const mutantOnTrial = () => process.env['__STRYKER_ACTIVE_MUTANT__'];

export const writeCoverage = (rootDir, line) => appendFileSync(file(rootDir), `${JSON.stringify(line)}\n`);

let lines;

/** @returns milliseconds by path of the test files that go through a mutant */
export function filesThrough(rootDir, mutant) {
  lines ??= readFileSync(file(rootDir), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ path, ms, mutants }) => ({ path, ms, mutants: new Set(mutants) }));
  return new Map(lines.filter(({ mutants }) => mutants.has(mutant)).map(({ path, ms }) => [path, ms]));
}
