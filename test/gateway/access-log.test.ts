import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { AccessLog } from '../../src/gateway/access-log.js';
import { startGateway } from '../../src/gateway/gateway.js';
import { GatewayStage } from './stage.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const OBSERVED = {
  route: { service: 'digits', epoch: 1 },
  arm: 'candidate',
  version: 'v2',
  at: 1,
  latencyMs: 1.23456,
  status: 500,
  failed: true,
} as unknown as Parameters<AccessLog['add']>[0];

test('has a line for every answer, and none of the user', async () => {
  const path = join(folder, 'access.ndjson');
  const stage = await GatewayStage.open();
  const gateway = await startGateway({ ...stage.options(), stateDir: join(folder, 'state'), accessLog: path });
  const answer = await fetch(`${gateway.dataUrl}/v2/models/digits/infer`, {
    method: 'POST',
    headers: { 'x-user-key': 'a-secret-user', authorization: 'Bearer s3cret' },
    body: '{"inputs":[]}',
  });
  const predictionId = answer.headers.get('x-sluice-prediction-id');
  await gateway.close();
  await stage.close();
  const lines = await linesOf(path);
  expect(lines).toMatchObject([
    {
      service: 'digits',
      arm: 'baseline',
      version: 'v1',
      method: 'POST',
      status: 200,
      failed: false,
      prediction: predictionId,
    },
  ]);
  expect(await readFile(path, 'utf8')).not.toMatch(/secret|s3cret/);
});

test('keeps every line of many, whatever their paths', async () => {
  const path = join(folder, 'access.ndjson');
  const log = await AccessLog.open(path, () => undefined);
  const paths = ['/a"b', '/\u00e9\u0001\\', `/${'x'.repeat(5000)}`];
  for (let i = 0; i < 10_000; i += 1)
    log.add(OBSERVED, { method: 'POST', path: paths[i % 3] ?? '', headers: [], body: null }, `p${i}`);
  await log.close();
  const lines = await linesOf(path);
  expect(lines).toHaveLength(10_000);
  expect(lines.map(({ prediction }) => prediction)).toEqual(Array.from({ length: 10_000 }, (_, i) => `p${i}`));
  expect(lines[0]).toMatchObject({ path: '/a"b', ms: 1.235, failed: true });
  expect(lines[1]?.path).toBe('/\u00e9\u0001\\');
});

test('counts what a full disk refuses', async () => {
  const log = await AccessLog.open('/dev/full', () => undefined);
  for (let i = 0; i < 5000; i += 1) log.add(OBSERVED, { method: 'POST', path: '/', headers: [], body: null }, `p${i}`);
  await log.close();
  expect(log.dropped).toBe(5000);
});
