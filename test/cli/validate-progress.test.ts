import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { progressLine } from '../../src/cli/commands/validate-line.js';
import { openFileProgress } from '../../src/cli/commands/validate-progress.js';
import { wantedReports, writeReports } from '../../src/cli/commands/validate-reports.js';
import { validation } from '../../src/domain/spec/validation/index.js';
import { VALIDATION_ID } from '../../src/domain/validation.js';
import type { SuiteInput } from '../../src/validation/suite.js';
import { checkOf, reportOf } from '../validation/report/report-fixtures.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-validate-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function suiteWith(min: number, version = 'v2'): Omit<SuiteInput, 'id'> {
  return {
    service: 'digits',
    rolloutId: null,
    protocol: { kind: 'open-inference', model: 'digits', unitKey: 'request' },
    candidate: { version, url: 'http://127.0.0.1:2' },
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    plan: validation.parse({ dataset: 'x.csv', checks: [{ metric: 'accuracy', min }] }),
  };
}

test('the same suite goes on where it was, another one does not', async () => {
  const first = await openFileProgress(folder, suiteWith(0.9), false);
  expect(first.isResumed).toBe(false);
  expect(first.id).toMatch(/^digits-v2-\d{8}T\d{6}Z-[0-9a-f]{4}$/);
  expect(first.id).toMatch(VALIDATION_ID);
  expect(await first.keeper.progress(first.id)).toBeNull();
  await first.keeper.saveProgress(first.id, { rows: 50 });
  await first.keeper.saveProgress(first.id, { rows: 100 });

  const again = await openFileProgress(folder, suiteWith(0.9), false);
  expect(again).toMatchObject({ id: first.id, isResumed: true });
  expect(await again.keeper.progress(again.id)).toEqual({ rows: 100 });
  for (const other of [suiteWith(0.8), suiteWith(0.9, 'v3')])
    expect((await openFileProgress(folder, other, false)).isResumed).toBe(false);

  again.forget();
  expect(await readdir(join(folder, 'validation'))).toEqual([]);
  expect(await openFileProgress(folder, suiteWith(0.9), false)).toMatchObject({ isResumed: false });
});

test('--fresh begins anew, and so does a file that nobody can read', async () => {
  const first = await openFileProgress(folder, suiteWith(0.9), false);
  await first.keeper.saveProgress(first.id, { rows: 50 });
  const fresh = await openFileProgress(folder, suiteWith(0.9), true);
  expect(fresh.isResumed).toBe(false);
  expect(await fresh.keeper.progress(fresh.id)).toBeNull();
  await first.keeper.saveProgress(first.id, { rows: 50 });
  const [file = ''] = await readdir(join(folder, 'validation'));
  for (const content of ['{"id":"x', 'null', '{"id":7}', '{"id":"../x","progress":{}}']) {
    await writeFile(join(folder, 'validation', file), content);
    expect((await openFileProgress(folder, suiteWith(0.9), false)).isResumed).toBe(false);
  }
});

test('a state folder that can’t be one is said', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(openFileProgress(join(folder, 'file'), suiteWith(0.9), false)).rejects.toMatchObject({ code: 'USAGE' });
});

test('reports: read before the suite runs, written whole', async () => {
  const file = join(folder, 'a=b.xml');
  expect(wantedReports([`junit=${file}`])).toEqual([{ format: 'junit', file }]);
  const wrong = ['xml=x', 'md', 'md=', `md=${folder}`, `md=${join(folder, 'none', 'x.md')}`];
  for (const option of wrong) expect(() => wantedReports([option])).toThrow(`--report "${option}"`);
  const report = reportOf([checkOf('accuracy')]);
  await writeFile(file, 'what was there before');
  writeReports(report, wantedReports([`junit=${file}`, `json=${join(folder, 'r.json')}`]));
  expect(await readFile(file, 'utf8')).toMatch(/^<\?xml/);
  expect(JSON.parse(await readFile(join(folder, 'r.json'), 'utf8'))).toEqual(report);
  expect((await readdir(folder)).toSorted()).toEqual(['a=b.xml', 'r.json']);
});

test('progress: one line on a terminal, elsewhere a line a stage and now and then', () => {
  let [said, ms] = ['', 0];
  const stream = (isTTY: boolean) =>
    ({ isTTY, columns: 20, write: (text: string) => (said += text) }) as unknown as NodeJS.WriteStream;
  const plain = progressLine(stream(false), () => ms);
  for (const [at, stage, rows] of [
    [0, 'rows', 0],
    [5_000, 'rows', 50],
    [10_000, 'rows', 90],
    [10_001, 'noise', 90],
  ] as const) {
    ms = at;
    plain.update({ stage, rows, of: 100 });
  }
  plain.end();
  expect(said).toBe('rows: 0 of 100 rows\nrows: 90 of 100 rows\nnoise: 90 of 100 rows\n');
  said = '';
  const terminal = progressLine(stream(true));
  terminal.update({ stage: 'a\u001b[2Jvery long stage indeed', rows: 1, of: null });
  terminal.end();
  expect(said).toBe('\r\u001b[Ka [2Jvery long stag\r\u001b[K');
});
