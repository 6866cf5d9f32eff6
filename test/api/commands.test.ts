import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CommandSink } from '../../src/client/command-sink.js';
import { createCommandSink } from '../../src/client/command-sink.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { stateOf } from '../stores/rollout-fixtures.js';
import { openSite, type Site, TOKENS } from './site.js';

const SPEC = `
sluice: v1
service: digits
owner: ml-platform
baseline: { version: v1, url: http://127.0.0.1:8110 }
candidate: { version: v2, url: http://127.0.0.1:8120 }
protocol: { kind: open-inference, model: digits }
guardrails: [{ metric: error_rate, margin: 0.01 }]
phases: { canary: { steps: [{ setWeight: 50, bake: 1m }] } }
`;

let store: Store;
let site: Site;
const calls: unknown[] = [];
let answer: () => Promise<unknown> = async () => undefined;

const WAITS = { rolloutId: 'digits-3', versions: 'v1 → v3', startedBy: 'ann', enqueuedAt: '2026-11-22T06:00:00.000Z' };

/** What Temporal would say; the way to it is tested in commands-temporal.test.ts. */
const sink: CommandSink = {
  send: async (service, command, asked, who) => {
    calls.push({ service, command, asked, who: who.subject, roles: who.roles });
    await answer();
    return stateOf(service, { rolloutId: `${service}-1` });
  },
  start: async (spec, options, who) => {
    calls.push({ start: spec.service, ...options, who: who.subject });
    await answer();
    return { rolloutId: 'digits-2', workflowId: 'rollout/digits', runId: 'r', queued: null, dropped: [] };
  },
  retry: async () => ({
    rolloutId: 'digits-3',
    workflowId: 'rollout/digits',
    runId: 'r',
    retryOf: 'digits-1',
    attempt: 2,
    from: null,
  }),
  queue: async (service) => ({ service, entries: [WAITS] }),
  dequeue: async (service, rolloutId) => {
    calls.push({ dequeue: service, rolloutId });
    await answer();
  },
  close: async () => undefined,
};

beforeAll(async () => {
  store = await testStore();
  site = await openSite(store, { commands: sink });
}, 120_000);
afterAll(async () => {
  await site?.close();
  await store?.close();
});
const command = (body: object, token: string = TOKENS.admin, headers = {}) =>
  site.ask('/v1/services/digits/commands', token, { method: 'POST', body: JSON.stringify(body), headers });

describe('commands', () => {
  test('in the name of whoever has the token; the key is the decision', async () => {
    calls.length = 0;
    const said = await command({ command: 'approve', reason: 'looks good' }, TOKENS.approver, {
      'idempotency-key': 'd-1',
    });
    expect(said.status).toBe(200);
    expect(await said.json()).toEqual({
      accepted: true,
      decisionId: 'd-1',
      rolloutId: 'digits-1',
      status: 'progressing',
      phase: 'canary',
      detail: 'approve accepted: digits-1 is progressing in phase canary',
    });
    expect(calls).toEqual([
      {
        service: 'digits',
        command: 'approve',
        asked: { decisionId: 'd-1', reason: 'looks good' },
        who: 'approver@example.test',
        roles: ['approver'],
      },
    ]);
  });

  test('who waits for its turn is seen by viewers, and taken out by operators', async () => {
    expect(await site.client(TOKENS.viewer).getQueue('digits')).toEqual({ service: 'digits', entries: [WAITS] });
    await expect(site.client(TOKENS.viewer).dequeue('digits', 'digits-3')).rejects.toMatchObject({ status: 403 });
    calls.length = 0;
    expect(await site.client(TOKENS.operator).dequeue('digits', 'digits-3')).toBeUndefined();
    expect(calls).toEqual([{ dequeue: 'digits', rolloutId: 'digits-3' }]);
    answer = async () => {
      throw new SluiceError('COMMAND_REFUSED', 'digits-3 does not wait');
    };
    await expect(site.client(TOKENS.operator).dequeue('digits', 'digits-3')).rejects.toMatchObject({ status: 409 });
    answer = async () => undefined;
  });

  test.each<[string, string, string, number]>([
    ['a viewer', 'approve', TOKENS.viewer, 403],
    ['an operator', 'approve', TOKENS.operator, 403],
    ['an operator', 'abort', TOKENS.operator, 200],
    ['an approver', 'break-glass', TOKENS.approver, 403],
    ['an admin', 'break-glass', TOKENS.admin, 200],
  ])('%s and %s', async (_, name, token, status) => {
    const said = await command({ command: name, reason: 'x' }, token);
    expect(said.status).toBe(status);
    if (status === 403)
      expect(await said.json()).toMatchObject({
        detail: expect.stringMatching(/and this needs (operator|approver|admin)$/),
      });
  });

  test.each<[object, RegExp]>([
    [{ command: 'abort' }, /reason: abort needs it/],
    [{ command: 'set-weight' }, /weightPercent: set-weight needs it/],
    [{ command: 'fly' }, /command/],
    [{ command: 'pause', who: 'me' }, /who/],
    [{ command: 'pause', reason: 'a\u0000b' }, /control characters/],
  ])('%j is refused', async (body, message) => {
    const said = await command(body);
    expect(said.status).toBe(400);
    expect(await said.json()).toMatchObject({ detail: expect.stringMatching(message) });
  });

  test.each<[string, SluiceError, number, RegExp]>([
    [
      'a rollout that says no',
      new SluiceError('COMMAND_REFUSED', 'nothing waits for an approval'),
      409,
      /nothing waits/,
    ],
    ['none that runs', new SluiceError('NOT_FOUND', 'no rollout of digits is running'), 404, /no rollout/],
    ['no worker', new SluiceError('NO_WORKER', 'no worker is polling'), 503, /no worker is polling/],
    [
      'a worker that does not believe us',
      new SluiceError('UNAUTHORIZED', 'the statement is missing'),
      403,
      /statement is missing/,
    ],
  ])('%s', async (_, error, status, message) => {
    answer = () => Promise.reject(error);
    const said = await command({ command: 'resume' });
    answer = async () => undefined;
    expect(said.status).toBe(status);
    expect(await said.json()).toMatchObject({
      code: status === 403 ? 'FORBIDDEN' : error.code,
      detail: expect.stringMatching(message),
    });
  });

  test('what was meant for another rollout is refused', async () => {
    await store.saveRollout(stateOf('digits', { rolloutId: 'digits-9' }));
    const said = await command({ command: 'pause', rolloutId: 'digits-1' });
    expect([said.status, ((await said.json()) as { detail: string }).detail]).toEqual([
      409,
      'it is meant for digits-1, and the newest of digits is digits-9',
    ]);
  });
});

describe('what is asked again with its key', () => {
  test('a retry is answered as it was, though the newest is by now what it has made', async () => {
    await store.saveRollout(stateOf('digits', { rolloutId: 'digits-10', startedAt: '2026-11-02T08:00:00.000Z' }));
    const retry = (rolloutId: string) => command({ command: 'retry', rolloutId, decisionId: 'again' });
    const first = await retry('digits-10');
    expect(first.status).toBe(200);
    await store.saveRollout(stateOf('digits', { rolloutId: 'digits-11', startedAt: '2026-11-03T08:00:00.000Z' }));
    const second = await retry('digits-10');
    expect([second.status, await second.json()]).toEqual([200, await first.json()]);
    // Something else, and not yet answered.
    expect((await retry('digits-11')).status).toBe(409);
    expect((await command({ command: 'retry', rolloutId: 'digits-10' })).status).toBe(409);
  });

  test('what stops a rollout waits for no store, also from a page that names the rollout', async () => {
    calls.length = 0;
    let newestOf = (): Promise<never> =>
      Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'PostgreSQL at db:5432/x cannot answer'));
    const listed = { ...store.listed, newestOf: () => newestOf() };
    const own = await openSite({ ...store, listed } as Store, { commands: sink, force: async () => 'forced' });
    const say = async (name: string) => {
      const body = JSON.stringify({ command: name, reason: 'users suffer', rolloutId: 'digits-1' });
      return (await own.ask('/v1/services/digits/commands', TOKENS.admin, { method: 'POST', body })).status;
    };
    for (const name of ['pause', 'reject', 'abort', 'rollback', 'force'])
      expect([name, await say(name)]).toEqual([name, 200]);
    for (const name of ['resume', 'promote', 'retry']) expect([name, await say(name)]).toEqual([name, 503]);
    expect(calls.map((call) => (call as { readonly command: string }).command)).toEqual([
      'pause',
      'reject',
      'abort',
      'rollback',
    ]);
    // One that hangs is away as well.
    newestOf = () => new Promise<never>(() => undefined);
    const began = performance.now();
    expect([await say('abort'), await say('force')]).toEqual([200, 200]);
    expect(performance.now() - began).toBeLessThan(9000);
    await own.close();
  });

  test('a forced rollback that the gateways took is no failure while the store is down, and is done once', async () => {
    const fail = () => Promise.reject(new SluiceError('STORE_UNAVAILABLE', 'PostgreSQL at db:5432/x cannot answer'));
    const listed = { ...store.listed, newestOf: fail };
    let forced = 0;
    const force = async () => `v1 serves all on 2 of 2 gateways, time ${++forced}`;
    const own = await openSite({ ...store, listed } as Store, { force });
    const body = JSON.stringify({ command: 'force', reason: 'half of it fails', decisionId: 'forced' });
    for (const _ of [1, 2]) {
      const said = await own.ask('/v1/services/digits/commands', TOKENS.admin, { method: 'POST', body });
      expect([said.status, await said.json()]).toEqual([
        200,
        expect.objectContaining({ status: 'rolled-back', detail: 'v1 serves all on 2 of 2 gateways, time 1' }),
      ]);
    }
    await own.close();
  });
});

describe('starts and plans', () => {
  test('from YAML, once a key', async () => {
    calls.length = 0;
    const client = site.client(TOKENS.operator);
    const twice = await Promise.all([1, 2].map(() => client.startRollout({ spec: SPEC }, { idempotencyKey: 's-1' })));
    expect(twice[0]).toEqual(twice[1]);
    const start = { start: 'digits', onConflict: 'reject', reason: '', who: 'operator@example.test' };
    expect(calls).toEqual([{ ...start, mark: expect.any(String) }]);
    await expect(client.startRollout({ spec: SPEC, reason: 'other' }, { idempotencyKey: 's-1' })).rejects.toMatchObject(
      { status: 409 },
    );
  });

  test('a repeat of a start that was not answered in time is the same start, also where it was heard', async () => {
    calls.length = 0;
    const client = site.client(TOKENS.operator);
    const start = (idempotencyKey: string) =>
      client.startRollout({ spec: SPEC, onConflict: 'queue' }, { idempotencyKey }).catch(({ code }) => code as string);
    answer = () => Promise.reject(new SluiceError('NO_WORKER', 'no answer within 5 s'));
    expect([await start('s-2'), await start('s-2'), await start('s-3')]).toEqual(Array(3).fill('NO_WORKER'));
    answer = async () => undefined;
    await start('s-2');
    const [first, again, other, last] = calls.map((call) => (call as { readonly mark: string }).mark);
    expect(first).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect([again, last]).toEqual([first, first]);
    expect(other).not.toBe(first);
  });

  test('a spec that is wrong is 422 with line and column', async () => {
    await expect(site.client(TOKENS.operator).startRollout({ spec: SPEC.replace('50', '500') })).rejects.toMatchObject({
      status: 422,
      code: 'SPEC_INVALID',
      message: expect.stringMatching(/spec:9:\d+: phases\.canary/),
    });
  });

  test('a plan needs a viewer, and starts nothing', async () => {
    calls.length = 0;
    const plan = await site.client(TOKENS.viewer).planRollout({ spec: SPEC, rps: 20, errorRate: 0.03 });
    expect(plan).toMatchObject({ service: 'digits', traffic: { source: 'given', requestsPerSecond: 20 } });
    expect(plan.areFreezesKnown).toBe(true);
    expect(JSON.stringify(plan.steps)).toMatch(/where the baseline has 3\.00 %/);
    await expect(site.client(TOKENS.viewer).startRollout({ spec: SPEC })).rejects.toMatchObject({ status: 403 });
    expect(calls).toEqual([]);
  });
});

test('while Temporal is down, reading works and commands are 503 within their time', async () => {
  const temporal = {
    connectionOptions: { address: '127.0.0.1:1' },
    address: '127.0.0.1:1',
    namespace: 'default',
    dataConverter: null,
  };
  const commands = createCommandSink(temporal as never, { key: null, timeoutMs: 1000 });
  const own = await openSite(store, { commands });
  expect((await own.ask('/v1/rollouts')).status).toBe(200);
  const body = JSON.stringify({ command: 'pause' });
  const from = performance.now();
  const said = await own.ask('/v1/services/digits/commands', TOKENS.admin, { method: 'POST', body });
  expect(performance.now() - from).toBeLessThan(5000);
  expect([said.status, said.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await said.json()).toMatchObject({
    code: 'TEMPORAL_UNAVAILABLE',
    detail: expect.stringContaining('127.0.0.1:1'),
  });
  await own.close();
  await commands.close();
}, 20_000);

test('while the store is down, all of it is 503', async () => {
  const error = new SluiceError('STORE_UNAVAILABLE', 'PostgreSQL at db:5432/x cannot answer');
  const fail = () => Promise.reject(error);
  const listed = { list: fail, bounds: fail, newestOf: fail, services: fail };
  const own = await openSite({ ...store, rollout: fail, ping: fail, listed } as unknown as Store);
  for (const path of ['/v1/rollouts', '/v1/rollouts/x', '/v1/services', '/v1/events', '/readyz']) {
    const said = await own.ask(path);
    expect([path, said.status]).toEqual([path, 503]);
    expect(await said.json()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  }
  await own.close();
});
