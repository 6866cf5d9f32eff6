import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  createMonitor,
  deleteMonitor,
  listMonitors,
  pauseMonitor,
  readMonitor,
  resumeMonitor,
  triggerMonitor,
} from '../../../src/client/monitors.js';
import { SluiceError } from '../../../src/domain/errors.js';
import type { MonitorRunSummary } from '../../../src/domain/monitor-run.js';
import type { MonitorSpec } from '../../../src/domain/spec/monitors/index.js';
import type { MonitorStore } from '../../../src/ports/monitor-store.js';
import type { Store } from '../../../src/ports/store.js';
import { openStore } from '../../../src/stores/open-store.js';
import { answers, hangs, startServer, until } from '../../gateway/stage.js';
import { findPostgres, startPostgres } from '../../setup/postgres.js';
import { testStore } from '../../setup/store.js';
import { freshNames, Stage, spec, World } from '../../workflow/harness.js';
import { Database, MonitorStage, monitorOf } from './monitor-stage.js';

jest.setTimeout(180_000);
const fresh = freshNames('monitors');
const source = await findPostgres();
const withPostgres = source === null ? test.skip : test;

let stage: MonitorStage;
let store: Store;
beforeAll(async () => {
  stage = await MonitorStage.open();
  store = await testStore();
});
afterAll(async () => {
  await store?.close();
  await stage?.close();
});

/** One run, as the schedule makes it. */
const runOnce = (given: MonitorSpec, queue: string) =>
  stage.temporal.client.workflow.execute('monitor', {
    workflowId: `${queue}-${Math.random()}`,
    taskQueue: queue,
    args: [given],
  }) as Promise<MonitorRunSummary>;
const readings = async (service: string) => (await store.monitors.readings(service, 'deps', 100)).length;

test('a schedule runs it at once and again and again; paused it rests, but runs when asked; deleted it is gone', async () => {
  const name = fresh();
  const database = new Database();
  await database.start();
  const { client } = stage.temporal;
  const monitor = { service: name, name: 'deps' };
  const given = monitorOf(name, { tcp: { host: '127.0.0.1', port: database.port } }, { every: '10s' });
  await stage.run(store, name, async () => {
    expect(await createMonitor(client, given, { taskQueue: name })).toBe(true);
    await expect(createMonitor(client, given, { taskQueue: name })).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
    await until(async () => (await readings(name)) >= 1, 20_000);
    await until(async () => (await readings(name)) >= 2, 20_000);
    await until(async () => (await readMonitor(client, monitor)).running === 0, 10_000);
    expect(await readMonitor(client, monitor)).toMatchObject({ kind: 'dependencies', everyMs: 10_000, paused: false });
    await until(async () => (await listMonitors(client, name)).length === 1, 10_000);
    await pauseMonitor(client, monitor, 'ann: quiet');
    const atPause = await readings(name);
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(await readings(name)).toBeLessThanOrEqual(atPause + 1);
    expect(await readMonitor(client, monitor)).toMatchObject({ paused: true, note: 'ann: quiet', nextRunAt: null });
    const before = await readings(name);
    await triggerMonitor(client, monitor);
    await until(async () => (await readings(name)) === before + 1, 10_000);
    expect(await createMonitor(client, { ...given, every: 60_000 }, { taskQueue: name, replace: true })).toBe(false);
    expect(await readMonitor(client, monitor)).toMatchObject({ everyMs: 60_000, paused: true });
    await resumeMonitor(client, monitor, 'ann: on');
    expect((await readMonitor(client, monitor)).nextRunAt).not.toBeNull();
    await deleteMonitor(client, monitor);
    await expect(readMonitor(client, monitor)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(pauseMonitor(client, monitor, '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
  expect(await store.monitors.latest(name, 'deps')).toMatchObject({ verdict: 'pass' });
  await database.stop();
});

describe('a dependency that fails', () => {
  let rollouts: Stage;
  beforeAll(async () => {
    rollouts = await Stage.open();
  });
  afterAll(() => rollouts?.close());

  test('is an incident, pauses the rollout, is told once; as it comes back the rollout goes on', async () => {
    const name = fresh();
    const database = new Database();
    await database.start();
    const receiver = await startServer(answers(204));
    const probe = { tcp: { host: '127.0.0.1', port: database.port } };
    const given = monitorOf(name, probe, { notify: [{ webhook: receiver.url }] });
    const queue = `${name}-monitors`;
    const unhurried = { canary: { steps: [{ setWeight: 10, bake: '1h' as const }] } };
    await stage.run(store, queue, () =>
      rollouts.run(new World(), name, async () => {
        const rollout = await rollouts.start(spec(unhurried, name), name);
        await rollout.until(({ waiting }) => waiting?.kind === 'bake');
        expect(await runOnce(given, queue)).toMatchObject({ verdict: 'pass', opened: [], ongoing: [] });
        await database.stop();
        const broken = await runOnce(given, queue);
        expect(broken).toMatchObject({ verdict: 'fail', findings: 1, opened: [expect.stringMatching(/^i-/)] });
        const paused = await rollout.until((state) => state.paused !== null);
        expect(paused.paused).toMatchObject({ actor: 'alert deps' });
        const again = await runOnce(given, queue);
        expect(again).toMatchObject({ opened: [], ongoing: broken.opened });
        await database.start();
        expect(await runOnce(given, queue)).toMatchObject({ verdict: 'pass', resolved: broken.opened });
        await rollout.until((state) => state.paused === null);
        await until(() => receiver.requests.length >= 1, 10_000);
        await until(async () => told(await store.incidents.incident(broken.opened[0] ?? '')) >= 1, 10_000);
        // The end is told by a run that knows that the beginning was.
        await runOnce(given, queue);
        // At least once each: a run that does not know yet that another one is telling it does so as well, under the same id.
        const heard = () => {
          const notices = receiver.requests.map(({ body }) => JSON.parse(body) as { id: string; type: string });
          return [...new Map(notices.map(({ id, type }) => [id, type])).values()];
        };
        await until(() => heard().length >= 2, 10_000);
        await rollout.handle.cancel();
        await rollout.result();
        expect(heard()).toEqual(['dev.sluice.incident.opened.v1', 'dev.sluice.incident.resolved.v1']);
        const record = await store.incidents.incident(broken.opened[0] ?? '');
        expect(record?.events.filter(({ kind }) => kind === 'signalled').map(({ key }) => key)).toEqual([
          'signalled firing the first',
          'signalled resolved the first',
        ]);
      }),
    );
    await receiver.close();
    await database.stop();
  });
});

const told = (record: Awaited<ReturnType<Store['incidents']['incident']>>) =>
  record?.events.filter(({ kind }) => kind === 'told').length ?? 0;

test('while the store is away a run waits; then there is one reading, and the state of the one before', async () => {
  const name = fresh();
  const server = await startServer(answers(500));
  const given = monitorOf(name, { http: { url: server.url }, failureThreshold: 2 });
  let isAway = false;
  const away =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    (...args: Args) =>
      isAway ? Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'away')) : call(...args);
  const { monitors } = store;
  const shaky: Store = {
    ...store,
    monitors: {
      ...monitors,
      memory: away((...args: Parameters<MonitorStore['memory']>) => monitors.memory(...args)),
      save: away((...args: Parameters<MonitorStore['save']>) => monitors.save(...args)),
    },
  };
  await stage.run(shaky, name, async () => {
    expect(await runOnce(given, name)).toMatchObject({ opened: [] });
    isAway = true;
    const second = runOnce(given, name);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await readings(name)).toBe(1);
    isAway = false;
    // The second failure in a row, though the first was another run.
    expect((await second).opened).toHaveLength(1);
    expect(await readings(name)).toBe(2);
  });
  await server.close();
});

withPostgres(
  'a worker that is killed in the middle of a check: another one makes it again, and nothing is double',
  async () => {
    if (source === null) return;
    const name = fresh();
    const postgres = await startPostgres(source);
    const databaseUrl = await postgres.createDatabase();
    const shared = await openStore({ databaseUrl });
    const server = await startServer(hangs);
    const given = monitorOf(name, { http: { url: server.url }, timeout: '10s' });
    const entry = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', entry, JSON.stringify({ databaseUrl, taskQueue: name })],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      },
    );
    try {
      for await (const line of createInterface({ input: child.stdout })) if (line === 'polls') break;
      const running = runOnce(given, name);
      await until(() => server.requests.length === 1, 30_000);
      child.kill('SIGKILL');
      server.behaviour = answers(503);
      const summary = await stage.run(shared, name, () => running);
      expect(summary).toMatchObject({ verdict: 'fail', opened: [expect.stringMatching(/^i-/)] });
      expect(server.requests).toHaveLength(2);
      expect(await shared.monitors.readings(name, 'deps', 10)).toHaveLength(1);
      expect(await shared.incidents.incidents({ active: false, service: name, limit: 10 })).toHaveLength(1);
    } finally {
      child.kill('SIGKILL');
      await server.close();
      await shared.close();
      await postgres.stop();
    }
  },
);
