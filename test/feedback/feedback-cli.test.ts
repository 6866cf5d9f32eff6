import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import type { FeedbackStats } from '../../src/ports/feedback-store.js';
import type { Store } from '../../src/ports/store.js';
import { GatewayStage, until } from '../gateway/stage.js';
import { type Ran, runCommand } from '../setup/sluice.js';
import { testStore } from '../setup/store.js';

const TOKEN = 'a-token-for-the-tests';
const SPAN = { service: 'digits', since: '2020-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' };

/** A real gateway that ships to a real api over a real store, and the CLI as a user runs it. */
let [store, api, stage, folder] = [
  undefined as unknown as Store,
  undefined as unknown as StartedApi,
  undefined as unknown as GatewayStage,
  '',
];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-feedback-'));
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
  // Most predictions are not recorded, as on a busy gateway.
  stage = await GatewayStage.open({}, { predictionSample: 0 });
  stage.more = { collectorUrl: api.url, collectorToken: TOKEN };
  await stage.restart();
}, 120_000);
afterAll(async () => {
  await stage?.close();
  await api?.close();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

function feedback(args: string[], input = '', more: Record<string, string> = {}): Promise<Ran> {
  const env = { SLUICE_API: api.url, SLUICE_ADMIN_TOKEN: TOKEN, ...more };
  return runCommand(['feedback', ...args], { env, cwd: folder, input });
}

const keyFile = () => ['--key-file', join(stage.stateDir, 'prediction.key')];
const stats = () => store.feedback.stats(SPAN, 60);

test('from users’ requests to labels of a file, counts, and nothing left of one of them', async () => {
  await stage.apply({ weightPercent: 50, recordsExposures: true });
  const users = Array.from({ length: 40 }, (_, i) => `user-${i}@example.test`);
  const predictions = [];
  for (const user of users) predictions.push({ user, ...(await stage.infer(user)) });
  const happened = new Date().toISOString();
  const sent = await stage.feedback(
    JSON.stringify(
      users.map((unitId) => ({
        unitId,
        service: 'digits',
        kind: 'revenue',
        value: 5,
        currency: 'EUR',
        at: happened,
      })),
    ),
  );
  expect(sent.body).toEqual({ accepted: 40, rejected: [] });

  // Labels come by file, by prediction id, with two bad lines.
  const rows = predictions.map(({ predictionId }, i) => `${predictionId},${i % 10}`);
  const file = join(folder, 'labels.csv.gz');
  await writeFile(file, gzipSync(['pid,truth', ...rows.slice(0, 10), 'p3~x,7', 'one', ...rows.slice(10)].join('\n')));
  const args = ['import', file, '--service', 'digits', '--map', 'predictionId=pid', '--map', 'label=truth'];
  const all = [...args, '--set', 'kind=label', ...keyFile()];
  const dry = await feedback([...all, '--dry-run']);
  expect([dry.code, dry.stdout]).toEqual([1, 'dry run: 42 rows: 40 good, 2 refused\n']);
  const first = await feedback([...all, '-o', 'json']);
  expect(first.stderr).toContain(
    `${file}:12: not a prediction id\n${file}:13: 1 cells, expected 2, as the header has\n${file}: 2 of 42 rows were refused\n(OBSERVATION_INVALID)\n`,
  );
  expect([first.code, JSON.parse(first.stdout)]).toMatchObject([1, { rows: 42, added: 40, repeated: 0, refused: 2 }]);
  const again = await feedback(all);
  expect(again.stdout).toBe('42 rows: 0 added, 40 there before, 2 refused\n');

  await until(async () => (await stats()).counts.reduce((sum, { items }) => sum + items, 0) === 80, 20_000);
  await until(async () => (await stats()).counts.every(({ items, exposed }) => exposed === items), 20_000);
  const { counts, sources, currencies } = await stats();
  // Though no prediction was recorded, all of it finds its unit, and its arm.
  expect(counts.map(({ kind, arm, version }) => [kind, arm, version])).toEqual([
    ['label', 'baseline', 'v1'],
    ['label', 'candidate', 'v2'],
    ['revenue', 'baseline', 'v1'],
    ['revenue', 'candidate', 'v2'],
  ]);
  for (const { items, withUnit, exposed, recorded } of counts)
    expect([withUnit, exposed, recorded]).toEqual([items, items, 0]);
  const [b, c, b2, c2] = counts.map(({ items }) => items);
  expect([b2, c2]).toEqual([b, c]);
  expect(sources).toEqual([
    { source: 'http', items: 40 },
    { source: 'import', items: 40 },
  ]);
  expect(currencies).toEqual([{ currency: 'EUR', items: 40, sum: 200 }]);
  const shown = await feedback(['stats', 'digits']);
  expect(shown.stdout).toMatch(/^KIND +ARM +VERSION/);
  expect(shown.stdout).toMatch(/EUR +40 +200\.00/);
  expect(JSON.parse((await feedback(['stats', 'digits', '-o', 'json'])).stdout) as FeedbackStats).toEqual(
    await stats(),
  );

  // By standard input the key of a user stands in no list of processes.
  const forgotten = await feedback(['forget', '--unit', '-', '-o', 'json', ...keyFile()], `${users[0]}\n`);
  expect(JSON.parse(forgotten.stdout)).toMatchObject({ feedback: 2, exposures: 1 });
  expect((await stats()).counts.reduce((sum, { items }) => sum + items, 0)).toBe(78);
  const nobody = await feedback(['forget', '--unit', 'nobody', ...keyFile()]);
  expect([nobody.code, nobody.stdout]).toEqual([
    0,
    expect.stringMatching(/^deleted 0 items of feedback, 0 predictions/),
  ]);
}, 120_000);

test('what is wrong is said, and what to do', async () => {
  const file = join(folder, 'thumbs.ndjson');
  await writeFile(file, '{"predictionId":"x","kind":"thumb","value":1}\n');
  const args = ['import', file, '--service', 'digits'];
  const without = await feedback(args, '', { SLUICE_PREDICTION_KEY: '' });
  expect([without.code, without.stderr]).toEqual([
    2,
    expect.stringMatching(/neither --key-file nor SLUICE_PREDICTION_KEY/),
  ]);
  const away = await feedback(['stats', 'digits'], '', { SLUICE_API: 'http://127.0.0.1:9' });
  expect([away.code, away.stderr]).toEqual([1, expect.stringMatching(/does not answer/)]);
  const stranger = await feedback(['forget', '--unit', 'u', ...keyFile()], '', { SLUICE_ADMIN_TOKEN: 'x'.repeat(20) });
  expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringMatching(/UNAUTHORIZED/)]);
  const nothing = await feedback(
    ['import', '-', '--format', 'csv', '--service', 'digits', ...keyFile()],
    'kind,value\n',
  );
  expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringMatching(/stdin: no rows/)]);
  const missing = await feedback(['import', 'no.csv', '--service', 'digits', ...keyFile()]);
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/no\.csv: .*ENOENT.*; nothing was kept/)]);
  const young = await feedback(['prune', '--older-than', '1h']);
  expect([young.code, young.stderr]).toEqual([2, expect.stringMatching(/less than 1d ago/)]);
  const pruned = await feedback(['prune', '--older-than', '400d', '--service', 'digits']);
  expect([pruned.code, pruned.stdout]).toEqual([0, 'deleted 0 items\n']);
}, 120_000);

test('the api takes imports whole or not at all, and by hash only', async () => {
  const post = (path: string, body: unknown) =>
    fetch(`${api.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify(body),
    });
  const key = await readFile(join(stage.stateDir, 'prediction.key'), 'utf8');
  expect((await post('/v1/feedback/forget', { unitHash: 'user-1@example.test' })).status).toBe(400);
  const bad = await post('/v1/feedback', { records: [{ kind: 'thumb' }] });
  expect([bad.status, await bad.text()]).toEqual([422, expect.not.stringContaining(key)]);
  expect((await fetch(`${api.url}/v1/feedback/digits/stats`)).status).toBe(401);
});
