import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { GatewayStage, until } from '../gateway/stage.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (...path: string[]) => ((await stat(join(folder, ...path))).mode & 0o777).toString(8);

test('what a gateway keeps is for its own user', async () => {
  const stage = await GatewayStage.open();
  const port = new URL(stage.collector.url).port;
  await stage.collector.close();
  stage.more = { stateDir: join(folder, 'state'), collectorUrl: `http://127.0.0.1:${port}` };
  await stage.restart();
  await stage.apply();
  await stage.infer('u');
  await until(async () => (await readdir(join(folder, 'state', 'spool'))).length > 0);
  expect([await modeOf('state'), await modeOf('state', 'spool')]).toEqual(['700', '700']);
  expect([await modeOf('state', 'routes.json'), await modeOf('state', 'prediction.key')]).toEqual(['600', '600']);
  await stage.gateway.close();
  await Promise.all([stage.v1.close(), stage.v2.close(), rm(stage.stateDir, { recursive: true, force: true })]);
});
