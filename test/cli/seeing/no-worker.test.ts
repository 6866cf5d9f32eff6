import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDevServer, type TemporalServer } from '../../../src/temporal/dev-server.js';
import { freePort } from '../../setup/free-port.js';
import { sluice, startSluice } from '../../setup/sluice.js';
import { stateOf } from '../../stores/rollout-fixtures.js';
import { Stage, World } from '../../workflow/harness.js';
import { StoreApi } from './store-api.js';

/** On a Temporal of its own: first without any worker, then with one. */
let [server, api, folder] = [undefined as unknown as TemporalServer, undefined as unknown as StoreApi, ''];
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-seeing-'));
  server = await startDevServer({
    stateDir: folder,
    port: await freePort(),
    uiPort: await freePort(),
    report: () => undefined,
  });
  api = await StoreApi.open();
  env = { TEMPORAL_ADDRESS: server.address, SLUICE_API: api.url, USER: 'tess' };
  const spec = `
sluice: v1
service: seen
owner: ml-platform
baseline: { version: v1, url: http://127.0.0.1:1 }
candidate: { version: v2, url: http://127.0.0.1:2 }
protocol: { model: seen }
guardrails: [{ metric: error_rate }]
phases: { canary: { steps: [{ setWeight: 10, bake: 2s }] }, cutover: { keepBaselineWarm: 20ms } }
watch: { tick: 200, window: 1000, lease: 2000 }
`;
  await writeFile(join(folder, 'seen.yaml'), spec);
});
afterAll(async () => {
  await api.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('no worker is polling: every command says so in time, and goes on once one does', async () => {
  // An ending, and not this one's.
  api.save(stateOf('seen', { status: 'promoted' }));
  const started = await sluice(env, 'start', join(folder, 'seen.yaml'), '--wait');
  api.states.clear();
  expect(started.code).toBe(1);
  expect(started.stderr).toMatch(
    /it is started, and goes on once a worker runs: no worker answers within 5 s: no worker is polling task queue sluice; and the store knows nothing of seen-\S+\n\(NO_WORKER\)\ntry: sluice worker/,
  );
  const [get, status, list] = await Promise.all([
    sluice(env, 'get', 'seen'),
    sluice(env, 'status', 'seen'),
    sluice(env, 'list'),
  ]);
  for (const { code, stderr } of [get, status])
    expect([code, stderr]).toEqual([1, expect.stringContaining('no worker is polling task queue sluice')]);
  // Nobody has written it down yet: only Temporal knows of it.
  expect(list).toMatchObject({ code: 0, stdout: expect.stringMatching(/^seen +v1 → v2 +starting /m), stderr: '' });
  for (const { tookMs } of [started, get, status, list]) expect(tookMs).toBeLessThan(60_000);

  const stage = await Stage.open(server.address);
  try {
    await stage.run(new World(), 'sluice', async () => {
      const watch = startSluice(env, 'get', 'seen', '--watch', '--timeout', '90s');
      const { code, stdout } = await watch.ended;
      expect([code, stdout]).toEqual([0, expect.stringMatching(/weight 10 %[^]*✔ promoted/)]);
      const explained = await sluice(env, 'explain', 'seen');
      expect(explained).toMatchObject({ code: 0, stdout: expect.stringContaining('it has ended, promoted') });
    });
  } finally {
    await stage.close();
  }
});
