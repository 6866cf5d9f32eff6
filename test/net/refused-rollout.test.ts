import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { startRollout } from '../../src/client/start-rollout.js';
import { readConfig } from '../../src/config.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Store } from '../../src/ports/store.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { registerSearchAttributes } from '../../src/temporal/search-attribute-registry.js';
import { type RunningWorker, startWorker } from '../../src/worker/worker.js';
import { GatewayStage } from '../gateway/stage.js';
import { testBundle } from '../setup/built.js';
import { testStore } from '../setup/store.js';

jest.setTimeout(120_000);

const taskQueue = `refused-${process.pid}`;
let store: Store;
let api: StartedApi;
let stage: GatewayStage;
let temporal: TemporalLink;
let worker: RunningWorker;

beforeAll(async () => {
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0 });
  stage = await GatewayStage.open();
  stage.more = { collectorUrl: api.url };
  await stage.restart();
  const settings = { ...temporalSettings(process.env['SLUICE_TEST_TEMPORAL']), namespace: 'refused' };
  temporal = await connectTemporal(settings);
  await registerSearchAttributes(temporal.connection, temporal.namespace);
  const gatewayAdminUrls = [stage.gateway.adminUrl];
  worker = await startWorker({
    temporal: settings,
    store,
    gatewayAdminUrls,
    dataDir: '.',
    taskQueue,
    config: { ...readConfig(), allowPrivate: '127.0.0.1' },
    bundle: await testBundle(),
  });
});
afterAll(async () => {
  await worker?.stop();
  await temporal?.close();
  await stage?.close();
  await api?.close();
  await store?.close();
});

test.each([
  ['http://169.254.169.254/', '169.254.169.254 is a metadata address'],
  ['http://[::1]:9/', '::1 is a loopback address'],
  ['http://[::ffff:10.0.0.1]/', 'is a private address'],
])('a rollout to %s ends at validation, and says why', async (url, why) => {
  const spec = rolloutSpec.parse({
    sluice: 'v1',
    service: 'digits',
    owner: 'ml-platform',
    baseline: { version: 'v1', url: stage.v1.url },
    candidate: { version: 'v2', url },
    protocol: { model: 'digits', unitKey: 'header:x-user-key' },
    guardrails: [{ metric: 'error_rate', margin: 0.1 }],
    phases: { canary: { steps: [{ setWeight: 50, bake: '1s', minSamples: 10 }] } },
  });
  const { workflowId } = await startRollout(temporal.client, spec, 'alice', { taskQueue });
  const state = (await temporal.client.workflow.getHandle(workflowId).result()) as RolloutState;
  expect(state).toMatchObject({ status: 'failed' });
  expect(state.reason).toContain(`v2 at ${url}`);
  expect(state.reason).toContain(`${why}, which SLUICE_ALLOW_PRIVATE does not allow`);
});
