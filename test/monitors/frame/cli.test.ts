import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../../src/api/server.js';
import type { Store } from '../../../src/ports/store.js';
import { type Ran, runCommand } from '../../setup/sluice.js';
import { testStore } from '../../setup/store.js';
import { at, reading, sighting } from '../../stores/incident-contract.js';

jest.setTimeout(120_000);
const TOKEN = 'a-token-of-23-characters';
const SERVICE = `cli-${process.pid}`;
let store: Store;
let api: StartedApi;
let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-monitors-'));
  file = join(folder, 'deps.yaml');
  await writeFile(
    file,
    `sluice: monitor/v1\nname: deps\nservice: ${SERVICE}\nevery: 1h\nkind: dependencies\n` +
      'nodes: [{ name: db, probe: { tcp: { host: 127.0.0.1, port: 1 } } }]\n',
  );
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
});
afterAll(async () => {
  await api?.close();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

function sluice(...args: string[]): Promise<Ran> {
  return sluiceOver(api.url, ...args);
}

function sluiceOver(apiUrl: string, ...args: string[]): Promise<Ran> {
  const temporal = process.env['SLUICE_TEST_TEMPORAL'] ?? '';
  const env = { SLUICE_API: apiUrl, SLUICE_ADMIN_TOKEN: TOKEN, TEMPORAL_ADDRESS: temporal, USER: 'tess' };
  return runCommand(args, { env });
}

test('a monitor is checked, made, seen, paused, deleted', async () => {
  expect(await sluice('lint', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('ok') });
  expect((await sluice('monitor', 'create', '-f', file)).stdout).toContain(
    `monitor ${SERVICE}/deps (dependencies) runs every 3600 s`,
  );
  expect(await sluice('monitor', 'create', '-f', file)).toMatchObject({ code: 4 });
  const memory = { kind: 'dependencies', at: at(0), state: null, rules: {} } as const;
  await store.monitors.save(reading(SERVICE, { reason: 'db answers' }), memory, at(-1));
  expect((await sluice('monitor', 'pause', SERVICE, 'deps', '--reason', 'quiet')).code).toBe(0);
  const shown = await sluice('monitor', 'show', SERVICE, 'deps');
  expect(shown.stdout).toContain('paused (tess: quiet)');
  expect(shown.stdout).toContain(`pass at ${at(0)}: db answers`);
  const svg = join(folder, 'plot.svg');
  expect(await sluice('monitor', 'show', SERVICE, 'deps', '--plot', svg)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no features to draw'),
  });
  const shares = { edges: null, categories: ['a', 'b'], reference: [0.5, 0.5], current: [0.9, 0.1] };
  const details = { plots: [{ feature: 'country', drifted: true, ...shares }] };
  await store.monitors.save(reading(SERVICE, { at: at(1), details }), { ...memory, at: at(1) }, at(-1));
  const drawn = await sluice('monitor', 'show', SERVICE, 'deps', '--plot', svg);
  expect(drawn).toMatchObject({ code: 0, stderr: expect.stringContaining(`1 feature is drawn in ${svg}`) });
  expect(await readFile(svg, 'utf8')).toContain('aria-label="country, drifted');
  expect((await sluice('monitor', 'delete', SERVICE, 'deps')).code).toBe(0);
  expect(await store.monitors.latest(SERVICE, 'deps')).toBeNull();
  expect(await sluice('monitor', 'show', SERVICE, 'deps')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no monitor'),
  });
});

test('a monitor that was deleted while the api was away leaves readings, which the same command deletes later', async () => {
  expect((await sluice('monitor', 'create', '-f', file)).code).toBe(0);
  const memory = { kind: 'dependencies', at: at(0), state: null, rules: {} } as const;
  await store.monitors.save(reading(SERVICE), memory, at(-1));
  expect(await sluiceOver('http://127.0.0.1:1', 'monitor', 'delete', SERVICE, 'deps')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('runs no more, but its readings are still there'),
  });
  expect(await store.monitors.latest(SERVICE, 'deps')).not.toBeNull();
  expect((await sluice('monitor', 'delete', SERVICE, 'deps')).code).toBe(0);
  expect(await store.monitors.latest(SERVICE, 'deps')).toBeNull();
  expect(await sluice('monitor', 'delete', SERVICE, 'deps')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no monitor'),
  });
});

test('an incident is listed, acknowledged, resolved and written up', async () => {
  const { incident } = await store.incidents.observe(sighting(SERVICE, { title: 'deps: db does not answer' }));
  const { id } = incident;
  expect((await sluice('incidents', 'list', '--service', SERVICE)).stdout).toContain(id);
  expect((await sluice('incidents', 'ack', id, '--reason', 'on it')).stdout).toContain(`${id} is acknowledged by tess`);
  const silence = ['--match', `service=${SERVICE}`, 'monitor=deps', '--for', '1h', '--reason', 'known'];
  expect((await sluice('incidents', 'silence', ...silence)).stdout).toMatch(/^silence s-/);
  expect((await sluice('incidents', 'silences')).stdout).toContain(`monitor=deps service=${SERVICE}`);
  expect((await sluice('incidents', 'resolve', id, '--reason', 'mended')).code).toBe(0);
  expect((await sluice('incidents', 'show', id)).stdout).toMatch(/resolved +tess +mended/);
  expect((await sluice('incidents', 'show', id, '--post-mortem')).stdout).toContain('# Post-mortem: deps: db does not');
  expect(await sluice('incidents', 'show', 'i-000000000000')).toMatchObject({ code: 1 });
});
