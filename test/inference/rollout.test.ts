import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Pool } from 'undici';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { startRollout } from '../../src/client/start-rollout.js';
import { readConfig } from '../../src/config.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { protocol as protocolSchema } from '../../src/domain/spec/target.js';
import type { Store } from '../../src/ports/store.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { registerSearchAttributes } from '../../src/temporal/search-attribute-registry.js';
import { type RunningWorker, startWorker } from '../../src/worker/worker.js';
import { type Behaviour, GatewayStage } from '../gateway/stage.js';
import { testBundle } from '../setup/built.js';
import { testStore } from '../setup/store.js';

jest.setTimeout(120_000);

const id = process.pid;
const shape = { scorer: `scorer-${id}`, chat: `chat-${id}` };
const scorer = protocolSchema.parse({
  kind: 'json',
  path: '/score',
  ready: '/healthz',
  features: { pointer: '/in', names: ['size', 'age'] },
  prediction: '/out/-/label',
  score: '/out/-/p',
  batch: '/rows',
});
const chat = protocolSchema.parse({ kind: 'chat', model: 'tiny', choices: ['yes', 'no'] });

/** Answers for both services: what is bigger than 5 is big; a chat says yes in two tokens. */
const works: Behaviour = (request, response, body) => {
  if (request.url === '/score') {
    const rows = (JSON.parse(body) as { rows: { in: { size: number } }[] }).rows;
    const out = rows.map(({ in: { size } }) => ({ label: size > 5 ? 'big' : 'small', p: 0.9 }));
    return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ out }));
  }
  if (request.method === 'GET') return void response.end('{"data":[]}');
  const event = (delta: object) => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(event({ role: 'assistant', content: '' }));
  setTimeout(() => response.end(`${event({ content: 'Yes' })}${event({ content: '!' })}data: [DONE]\n\n`), 5);
};
/** A chat whose streams end in an error, with status 200. */
const breaks: Behaviour = (request, response, body) => {
  if (request.method === 'GET' || request.url === '/score') return works(request, response, body);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end('data: {"error":{"message":"out of memory"}}\n\n');
};

let store: Store;
let api: StartedApi;
let stage: GatewayStage;
let temporal: TemporalLink;
let worker: RunningWorker;
let folder: string;
let users: { stop(): Promise<void>; readonly faults: string[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-protocols-'));
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 10},${i},${i % 10 > 5 ? 'big' : 'small'}`);
  await writeFile(join(folder, 'holdout.csv'), `size,age,label\n${rows.join('\n')}\n`);
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0 });
  stage = await GatewayStage.open();
  [stage.v1.behaviour, stage.v2.behaviour] = [works, works];
  const baseline = { version: 'v1', url: stage.v1.url };
  const services = [
    { service: shape.scorer, baseline, protocol: scorer },
    { service: shape.chat, baseline, protocol: chat },
  ];
  stage.more = { config: { ...stage.options().config, services }, collectorUrl: api.url };
  await stage.restart();
  const settings = temporalSettings(process.env['SLUICE_TEST_TEMPORAL']);
  temporal = await connectTemporal(settings);
  await registerSearchAttributes(temporal.connection, temporal.namespace);
  worker = await startWorker({
    temporal: settings,
    store,
    gatewayAdminUrls: [stage.gateway.adminUrl],
    config: readConfig(),
    dataDir: folder,
    taskQueue: `protocols-${id}`,
    bundle: await testBundle(),
  });
  users = startUsers(stage.gateway.dataUrl);
});
afterAll(async () => {
  await users?.stop();
  await worker?.stop();
  await temporal?.close();
  await stage?.close();
  await api?.close();
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Asks both services, about 50 times a second each. */
function startUsers(url: string) {
  const pool = new Pool(url, { connections: 16 });
  const all = { faults: [] as string[], stop: async () => undefined as void };
  let sent = 0;
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json', 'x-user-key': `user-${sent % 300}` };
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
  };
  const timer = setInterval(() => {
    sent += 1;
    const fail = (error: unknown) => void all.faults.push(String(error));
    post('/score', { rows: [{ in: { size: sent % 10, age: 3 } }] }).catch(fail);
    post('/v1/chat/completions', { messages: [{ role: 'user', content: 'Ready?' }], stream: true }).catch(fail);
  }, 20);
  all.stop = async () => {
    clearInterval(timer);
    await pool.close();
  };
  return all;
}

async function rollOut(service: string, protocol: object, more: object): Promise<RolloutState> {
  const spec = rolloutSpec.parse({
    sluice: 'v1',
    service,
    owner: 'ml-platform',
    baseline: { version: 'v1', url: stage.v1.url },
    candidate: { version: 'v2', url: stage.v2.url },
    protocol,
    guardrails: [
      { metric: 'error_rate', margin: 0.1 },
      { metric: 'prediction_drift', margin: 0.4 },
    ],
    phases: {
      canary: { steps: [{ setWeight: 50, bake: '1s', minSamples: 60 }] },
      cutover: { keepBaselineWarm: '1s' },
      ...more,
    },
    watch: { tick: 200, window: 5000, lease: 6000 },
  });
  const { workflowId } = await startRollout(temporal.client, spec, 'alice', { taskQueue: `protocols-${id}` });
  return (await temporal.client.workflow.getHandle(workflowId).result()) as RolloutState;
}

test('a service of plain JSON: validated by pointers, compared in the shadow, promoted', async () => {
  const state = await rollOut(shape.scorer, scorer, {
    validation: {
      dataset: 'holdout.csv',
      batchSize: 10,
      checks: [{ metric: 'accuracy', min: 1, noWorseThan: 'baseline' }],
    },
    shadow: { minSamples: 50, minAgreement: 0.99, maxDuration: '1m' },
  });
  expect([state.status, state.reason]).toEqual(['promoted', expect.any(String)]);
  expect(state.phases.validation.note).toContain('candidate 100.00 %, baseline 100.00 % on 40 rows');
  expect(state.evidence.find(({ metric }) => metric === 'prediction_drift')?.candidate.samples).toBeGreaterThan(20);
});

test('a chat service that streams: rolled back while its streams break', async () => {
  stage.v2.behaviour = breaks;
  const state = await rollOut(shape.chat, chat, {});
  expect([state.status, state.reason]).toEqual([
    'rolled-back',
    expect.stringMatching(/error_rate: candidate 100\.00 %/),
  ]);
});

test('a chat service that streams: promoted once its streams are whole', async () => {
  stage.v2.behaviour = works;
  const state = await rollOut(shape.chat, chat, { shadow: { minSamples: 50, minAgreement: 0.99, maxDuration: '1m' } });
  expect([state.status, state.reason]).toEqual(['promoted', expect.any(String)]);
});

test('nobody was without an answer in all of that', () => {
  expect(users.faults).toEqual([]);
});
