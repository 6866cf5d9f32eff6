import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { forceRollback } from '../../src/client/force-rollback.js';
import { startRollout } from '../../src/client/start-rollout.js';
import { readConfig } from '../../src/config.js';
import { diagnose } from '../../src/doctor/diagnose.js';
import type { Finding } from '../../src/doctor/finding.js';
import { type GatherOptions, gatherFacts } from '../../src/doctor/gather-facts.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Store } from '../../src/ports/store.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { registerSearchAttributes } from '../../src/temporal/search-attribute-registry.js';
import { createGatewayClient } from '../../src/traffic/gateway-client.js';
import { type RunningWorker, startWorker } from '../../src/worker/worker.js';
import { type FakeServer, GatewayStage, predicts, startServer, until } from '../gateway/stage.js';
import { testBundle } from '../setup/built.js';
import { runCommand } from '../setup/sluice.js';
import { testStore } from '../setup/store.js';

jest.setTimeout(120_000);

/** The discard port: nothing listens there. */
const DEAD = 'http://127.0.0.1:9';
const SERVICE = `doctor-${process.pid}`;
const queue = SERVICE;

let store: Store;
let api: StartedApi;
let v1: FakeServer;
let v2: FakeServer;
let one: GatewayStage;
let two: GatewayStage;
let temporal: TemporalLink;
let worker: RunningWorker;
const settings = () => temporalSettings(process.env['SLUICE_TEST_TEMPORAL']);

beforeAll(async () => {
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0 });
  [v1, v2] = [await startServer(predicts('one')), await startServer(predicts('two'))];
  [one, two] = [await open('g1'), await open('g2')];
  temporal = await connectTemporal(settings());
  await registerSearchAttributes(temporal.connection, temporal.namespace);
  const bundle = await testBundle();
  worker = await startWorker({
    temporal: settings(),
    store,
    gatewayAdminUrls: urls(),
    config: readConfig(),
    dataDir: '.',
    taskQueue: queue,
    bundle,
  });
});
afterAll(async () => {
  await worker?.stop();
  await temporal?.close();
  await Promise.all([one?.close(), two?.close(), v1?.close(), v2?.close()]);
  await api?.close();
  await store?.close();
});

const urls = () => [one.gateway.adminUrl, two.gateway.adminUrl];
/** A gateway that serves the service of this suite. */
async function open(gatewayId: string): Promise<GatewayStage> {
  const protocol = { kind: 'open-inference' as const, model: 'digits', unitKey: 'header:x-user-key' };
  const baseline = { version: 'v1', url: v1.url };
  const stage = await GatewayStage.open({}, { services: [{ service: SERVICE, baseline, protocol }] });
  stage.more = { gatewayId };
  await stage.restart();
  return stage;
}

const options = (over: Partial<GatherOptions> = {}): GatherOptions => ({
  gatewayAdminUrls: urls(),
  adminToken: null,
  apiToken: null,
  apiUrl: api.url,
  temporal: settings(),
  service: SERVICE,
  ...over,
});
const codes = async (over: Partial<GatherOptions> = {}) =>
  diagnose(await gatherFacts(options(over)), SERVICE).map(({ code }) => code);

const start = (service = SERVICE, taskQueue = queue) =>
  startRollout(
    temporal.client,
    rolloutSpec.parse({
      sluice: 'v1',
      service,
      owner: 'ml-platform',
      baseline: { version: 'v1', url: v1.url },
      candidate: { version: 'v2', url: v2.url },
      protocol: { model: 'digits' },
      guardrails: [{ metric: 'error_rate' }],
      phases: { canary: { steps: [{ setWeight: 20, bake: '1h' }] }, cutover: { keepBaselineWarm: '1h' } },
      watch: { tick: 200, window: 2000, lease: 60_000 },
    }),
    'alice',
    { taskQueue },
  );
const expose = async () => {
  const { workflowId, rolloutId } = await start();
  const handle = temporal.client.workflow.getHandle(workflowId);
  await until(async () => (await handle.query<RolloutState>('state')).weightPercent === 20, 30_000);
  return { handle, rolloutId };
};
const force = () =>
  forceRollback(
    { service: SERVICE, actor: 'bob', reason: 'test' },
    { gatewayAdminUrls: urls(), adminToken: null, apiUrl: api.url },
  );

const sluice = (...args: readonly string[]) =>
  runCommand(args, {
    env: { TEMPORAL_ADDRESS: settings().address, SLUICE_GATEWAYS: urls().join(','), SLUICE_API: api.url },
  });

describe('with everything running', () => {
  test('nothing is wrong before a rollout, nor while one is at its weight', async () => {
    expect(await codes()).toEqual([]);
    const { handle } = await expose();
    await until(async () => (await codes()).length === 0, 10_000);
    const { code, stdout } = await sluice('doctor', '--service', SERVICE);
    expect([code, stdout]).toEqual([0, 'nothing wrong: 2 of 2 gateways read, store read, 1 rollouts run\n']);

    // Whoever forces a rollback does not ask the workflow; it notices by itself.
    const { route } = await force();
    const ended = (await handle.result()) as RolloutState;
    expect(ended).toMatchObject({ status: 'rolled-back', reason: expect.stringMatching(/^traffic was taken over/) });
    // It is the same route that its own way back would have been, so whoever comes second confirms it.
    expect(ended.epoch).toBeGreaterThanOrEqual(route.epoch);
    await until(async () => (await codes()).length === 0, 10_000);
    expect((await one.infer('u1')).version).toBe('v1');
  });

  test('a workflow that was terminated in the middle leaves an orphan, which a forced rollback ends', async () => {
    const { handle, rolloutId } = await expose();
    await until(async () => (await codes()).length === 0, 10_000);
    await handle.terminate('by hand');
    const { code, stdout } = await sluice('doctor', '--service', SERVICE, '-o', 'json');
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    expect(findings).toMatchObject([
      {
        code: 'orphan',
        severity: 'error',
        service: SERVICE,
        problem: expect.stringMatching(
          new RegExp(`g1 \\(20 % in effect\\), g2 .*v2 of rollout ${rolloutId} .*no workflow of it runs`),
        ),
        remedy: `sluice rollback ${SERVICE} --force --reason "no workflow of ${rolloutId} runs"`,
      },
    ]);
    expect((await force()).gateways.map(({ result }) => result)).toEqual(['confirmed', 'confirmed']);
    expect(await codes()).toEqual([]);
    expect((await store.decisions(rolloutId)).at(-1)).toMatchObject({ sequence: 300_001, actor: 'bob' });
  });

  test('gateways that differ are seen, until the rollout has dealt with it', async () => {
    const { handle } = await expose();
    const client = createGatewayClient({ adminToken: null, timeoutMs: 1000 });
    const held = await client.get(one.gateway.adminUrl, SERVICE);
    await client.put(one.gateway.adminUrl, { ...held!.route, epoch: 900 });
    // Read at once, before the next look of the watch.
    const found = await codes();
    expect(found).toContain('gateways-disagree');
    expect((await handle.result()) as RolloutState).toMatchObject({ status: 'rolled-back' });
    await until(async () => (await codes()).length === 0, 10_000);
  });

  test('a candidate that nobody can be told of: its activity fails again and again', async () => {
    const adminPort = Number(new URL(two.gateway.adminUrl).port);
    two.more = { gatewayId: 'g2', adminPort, adminToken: 'a-token-that-nobody-knows' };
    await two.restart();
    const { workflowId } = await start();
    await until(async () => (await codes()).includes('activity-fails'), 30_000);
    const findings = diagnose(await gatherFacts(options()), SERVICE);
    expect(findings.find(({ code }) => code === 'activity-fails')?.problem).toMatch(
      /setTraffic .*has failed \d+ times: .*status 401/,
    );
    await temporal.client.workflow.getHandle(workflowId).terminate();
    two.more = { gatewayId: 'g2', adminPort };
    await two.restart();
    await force();
    expect(await codes()).toEqual([]);
  });

  test('a replica that is left out of SLUICE_GATEWAYS is known by its peer', async () => {
    one.more = { gatewayId: 'g1', peers: () => [two.gateway.adminUrl] };
    await one.restart();
    expect(await codes()).not.toContain('gateway-unlisted');
    expect(await codes({ gatewayAdminUrls: [one.gateway.adminUrl] })).toContain('gateway-unlisted');
  });
});

describe('with parts that are down', () => {
  test('each is said, and the others are looked at', async () => {
    const started = performance.now();
    const found = await codes({
      gatewayAdminUrls: [...urls(), DEAD],
      apiUrl: DEAD,
      temporal: temporalSettings('127.0.0.1:9'),
      timeoutMs: 1000,
    });
    expect(found).toEqual(['gateway-unreachable', 'store-unreachable', 'temporal-unreachable']);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await codes({ gatewayAdminUrls: ['dns+http://no-such-name.invalid:1'] })).toContain('gateway-unreachable');
  });

  test('a rollout in a task queue that nobody polls', async () => {
    const service = `${SERVICE}-idle`;
    const { workflowId } = await start(service, service);
    const facts = await gatherFacts(options({ service, timeoutMs: 1000 }));
    expect(diagnose(facts, service).map(({ code }) => code)).toEqual(['no-worker', 'workflow-silent']);
    await temporal.client.workflow.getHandle(workflowId).terminate();
  });

  test('all services, found by visibility', async () => {
    const service = `${SERVICE}-listed`;
    const { workflowId } = await start(service, service);
    const names = async () => {
      const { temporal: read } = await gatherFacts({ ...options({ timeoutMs: 1000 }), service: undefined });
      return read.kind === 'read' ? read.value.rollouts.map((one) => one.service) : [];
    };
    await until(async () => (await names()).includes(service), 20_000);
    await temporal.client.workflow.getHandle(workflowId).terminate();
  });
});
