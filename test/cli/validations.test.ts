import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { Store } from '../../src/ports/store.js';
import { runCommand } from '../setup/sluice.js';
import { testStore } from '../setup/store.js';
import { checkOf, reportOf } from '../validation/report/report-fixtures.js';

const first = reportOf(
  [checkOf('accuracy'), checkOf('latency_p99', { candidate: { samples: 18, value: 12 }, better: 'lower' })],
  { id: 'digits-v2-1', verdict: 'pass' },
);
const second = reportOf(
  [
    checkOf('accuracy', {
      verdict: 'fail',
      candidate: { samples: 900, value: 0.93 },
      reason: 'accuracy: label "\u001b[2J" is new',
    }),
    checkOf('latency_p99', { candidate: { samples: 18, value: 10 }, better: 'lower' }),
  ],
  {
    id: 'digits-v3-1',
    candidate: { ...first.candidate, version: 'v3' },
    dataset: { ...first.dataset, digest: `sha256:${'f'.repeat(64)}` },
    endedAt: '2025-03-05T10:00:00.000Z',
  },
);

let [store, api, folder] = [undefined as unknown as Store, undefined as unknown as StartedApi, ''];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-validations-'));
  store = await testStore();
  for (const report of [first, second]) await store.validations.saveReport(report);
  api = await startApi({ store, host: '127.0.0.1', port: 0 });
}, 120_000);
afterAll(async () => {
  await api?.close();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

const validations = (...args: string[]) =>
  runCommand(['validations', ...args], { env: { SLUICE_API: api.url }, cwd: folder });

test('list: newest first, of one version', async () => {
  const { code, stdout } = await validations('list', 'digits');
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['', 'ID', 'VERSIONS', 'ENDED', 'DATA', 'PLAN', 'ROLLOUT'],
    ['✘', 'digits-v3-1', 'v1 → v3', second.endedAt, 'f'.repeat(12), 'e'.repeat(12)],
    ['✔', 'digits-v2-1', 'v1 → v2', first.endedAt, 'd'.repeat(12), 'e'.repeat(12)],
    [''],
  ]);
  const json = await validations('list', 'digits', '--candidate', 'v2', '-o', 'json');
  expect(JSON.parse(json.stdout)).toEqual([expect.objectContaining({ id: 'digits-v2-1', verdict: 'pass' })]);
});

test('show: a table, JSON, a report; nothing in it steers the terminal', async () => {
  const { stdout } = await validations('show', 'digits-v3-1', '--report', 'junit=r.xml');
  expect(stdout).toContain('✘ accuracy: label " [2J" is new\n');
  expect(stdout).toContain('digits  v3 against v1  fail\n');
  expect(await readFile(join(folder, 'r.xml'), 'utf8')).toContain('failures="1"');
  expect(JSON.parse((await validations('show', 'digits-v3-1', '-o', 'json')).stdout)).toEqual(second);
});

test('diff: says why they are not comparable, and compares all the same', async () => {
  const { stdout } = await validations('diff', 'digits-v2-1', 'digits-v3-1');
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines.slice(0, 4)).toEqual([
    [`not comparable: on other data (${first.dataset.digest} and ${second.dataset.digest})`],
    ['CHECK', 'v2', 'v3', 'DIFFERENCE', 'VERDICT'],
    ['accuracy', '98.55 %', '93.00 %', '-5.55 %', 'worse', 'pass → fail'],
    ['latency_p99', '12.0 ms', '10.0 ms', '-2.00 ms', 'better', 'pass'],
  ]);
  const json = await validations('diff', 'digits-v2-1', 'digits-v2-1', '-o', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    notComparable: [],
    checks: [{ direction: 'same' }, { direction: 'same' }],
  });
});

test.each([
  [['show', '../x'], 2, 'is not the id of a validation'],
  [['show', 'none'], 1, 'NOT_FOUND'],
  [['list', 'Digits'], 2, 'USAGE'],
  [['diff', 'digits-v2-1', 'x/y'], 2, 'USAGE'],
])('%j is refused', async (args, code, message) => {
  expect(await validations(...args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
});
