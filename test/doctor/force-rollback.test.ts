import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ADMIN } from '../../src/api/auth/principal.js';
import { createForce } from '../../src/api/force.js';
import { type StartedApi, startApi } from '../../src/api/server.js';
import { type ForceOptions, forceRollback } from '../../src/client/force-rollback.js';
import type { Decision } from '../../src/domain/decision.js';
import type { Store } from '../../src/ports/store.js';
import { createGatewayClient } from '../../src/traffic/gateway-client.js';
import { GatewayStage, startServer } from '../gateway/stage.js';
import { runCommand } from '../setup/sluice.js';
import { testStore } from '../setup/store.js';
import { stateOf } from '../stores/rollout-fixtures.js';

/** The discard port: nothing listens there. */
const DEAD = 'http://127.0.0.1:9';
const TOKEN = 'a-token-for-the-tests';

let store: Store;
let api: StartedApi;
beforeAll(async () => {
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0 });
}, 120_000);
afterAll(async () => {
  await api?.close();
  await store?.close();
});

let one: GatewayStage;
let two: GatewayStage;
/** A rollout of its own for each test: one store keeps them all, and an epoch is never taken back. */
let rolloutId: string;
let epoch = 0;
beforeEach(async () => {
  [one, two] = [await GatewayStage.open(), await GatewayStage.open()];
  two.more = { gatewayId: 'g2' };
  await two.restart();
  epoch += 100;
  rolloutId = `digits-${epoch}`;
});
afterEach(() => Promise.all([one.close(), two.close()]));

const options = (over: Partial<ForceOptions> = {}): ForceOptions => ({
  gatewayAdminUrls: [one.gateway.adminUrl, two.gateway.adminUrl],
  adminToken: null,
  apiUrl: api.url,
  patienceMs: 3000,
  timeoutMs: 1500,
  ...over,
});
const asked = { service: 'digits', actor: 'alice', reason: 'it is wrong' };
const back = (over: Partial<ForceOptions> = {}, to?: { version: string; url?: string }) =>
  forceRollback({ ...asked, to }, options(over));
const expose = (stage: GatewayStage, over: object = {}) =>
  stage.apply({ epoch, rolloutId, salt: rolloutId, weightPercent: 100, ...over });
const promote = (stage: GatewayStage, over: object = {}) =>
  expose(stage, {
    epoch: epoch + 1,
    weightPercent: 0,
    baseline: { version: 'v2', url: stage.v2.url },
    candidate: null,
    leaseMs: null,
    ...over,
  });
const routeOf = async (stage: GatewayStage) =>
  (await createGatewayClient({ adminToken: null, timeoutMs: 1500 }).get(stage.gateway.adminUrl, 'digits'))?.route;
const ledger = async (id = rolloutId): Promise<Decision[]> =>
  ((await (await fetch(`${api.url}/v1/rollouts/${id}/decisions`)).json()) as { decisions: Decision[] }).decisions;

describe('a trial in progress', () => {
  beforeEach(() =>
    Promise.all([
      expose(one),
      expose(two, { candidate: { version: 'v2', url: one.v2.url }, baseline: { version: 'v1', url: one.v1.url } }),
    ]),
  );

  test('ends also by an api whose store hangs', async () => {
    const hangs = () => new Promise<never>(() => undefined);
    const hanging = { ...store, latestRoutes: hangs, rollout: hangs, decisions: hangs } as Store;
    const force = createForce(hanging, { gatewayAdminUrls: options().gatewayAdminUrls, adminToken: null });
    const began = performance.now();
    expect(await force({ service: 'digits', reason: 'it is wrong' }, ADMIN)).toMatch(
      /^v1 serves all on 2 of 2 gateways .*not recorded: the store gives no answer/,
    );
    expect(performance.now() - began).toBeLessThan(9000);
    expect((await routeOf(one))?.baseline.version).toBe('v1');
  });

  test('ends on every gateway, and the ledger knows who did it', async () => {
    expect((await one.infer('u1')).version).toBe('v2');
    const { route, gateways, ledger: recorded } = await back();
    expect(route).toMatchObject({
      epoch: epoch + 1,
      rolloutId,
      baseline: { version: 'v1' },
      candidate: null,
      leaseMs: null,
    });
    expect(gateways.map(({ gatewayId, result }) => [gatewayId, result])).toEqual([
      ['g1', 'confirmed'],
      ['g2', 'confirmed'],
    ]);
    expect(await Promise.all([one, two].map((stage) => stage.infer('u1').then(({ version }) => version)))).toEqual([
      'v1',
      'v1',
    ]);
    expect(recorded).toEqual({ kind: 'read', value: { rolloutId, sequence: 300_001, isRouteSaved: true } });
    expect(await store.latestRoute('digits')).toEqual(route);
    expect(await ledger()).toMatchObject([
      {
        sequence: 300_001,
        action: 'rollback',
        actor: 'alice',
        source: 'client',
        weightPercent: 0,
        reason: `it is wrong (forced on the gateways: v1 serves all from epoch ${epoch + 1})`,
      },
    ]);
  });

  test('ends where gateways live; what is gone has its lease; an api that is gone leaves the ledger without it', async () => {
    const { gateways, ledger: recorded } = await back({
      gatewayAdminUrls: [DEAD, one.gateway.adminUrl, 'dns+http://no-such-name.invalid:1'],
      apiUrl: DEAD,
      patienceMs: 600,
    });
    expect(gateways).toMatchObject([
      {
        url: DEAD,
        gatewayId: null,
        result: 'lapses',
        withinMs: 60_000,
        error: expect.stringContaining('ECONNREFUSED'),
      },
      { gatewayId: 'g1', result: 'confirmed', error: null },
      { url: 'dns+http://no-such-name.invalid:1', result: 'lapses', withinMs: 60_000 },
    ]);
    expect(recorded).toMatchObject({ kind: 'unread', error: expect.stringContaining('ECONNREFUSED') });
    expect((await one.infer('u1')).version).toBe('v1');
  });

  test('reaches a gateway that comes back while it tries', async () => {
    const { port } = new URL(two.gateway.adminUrl);
    const urls = [one.gateway.adminUrl, two.gateway.adminUrl];
    await two.gateway.close();
    const forced = back({ gatewayAdminUrls: urls, patienceMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 700));
    two.more = { gatewayId: 'g2', adminPort: Number(port) };
    await two.restart();
    expect((await forced).gateways.map(({ result }) => result)).toEqual(['confirmed', 'confirmed']);
    expect((await routeOf(two))?.candidate).toBeNull();
  });

  test('takes an epoch above one whose route was lost, on all gateways', async () => {
    await expose(two, { epoch: epoch + 40 });
    await rm(two.routeFile);
    await two.restart();
    const { route, gateways } = await back();
    expect(route.epoch).toBeGreaterThan(epoch + 40);
    expect(gateways.map(({ result }) => result)).toEqual(['confirmed', 'confirmed']);
    expect([await routeOf(one), await routeOf(two)]).toEqual([route, route]);
  });

  test('a workflow that rolls back in the same moment is as good', async () => {
    const trial = one.route({ epoch, rolloutId, weightPercent: 50 });
    const rolledBack = { ...trial, epoch: epoch + 7, candidate: null, weightPercent: 0, leaseMs: null };
    let isTaken = false;
    const gateway = await startServer((request, response) => {
      isTaken ||= request.method === 'PUT';
      const route = isTaken ? rolledBack : trial;
      const lease = {
        effectiveWeightPercent: route.weightPercent,
        effectiveShadowPercent: 0,
        leaseRemainingMs: route.leaseMs,
      };
      const body = request.method === 'PUT' ? { error: 'epoch' } : { gatewayId: 'g9', route, ...lease, trip: null };
      response
        .writeHead(request.method === 'PUT' ? 409 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(body));
    });
    const { gateways } = await back({ gatewayAdminUrls: [gateway.url] });
    expect(gateways).toMatchObject([{ gatewayId: 'g9', result: 'confirmed' }]);
    expect(gateway.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    await gateway.close();
  });

  test('may be repeated: it is the same version again, in a newer epoch', async () => {
    await store.saveRollout(stateOf('digits', { rolloutId, baseline: 'v1' }));
    await back();
    const { route, gateways } = await back();
    expect(route).toMatchObject({ epoch: epoch + 2, baseline: { version: 'v1' } });
    expect(gateways.every(({ result }) => result === 'confirmed')).toBe(true);
    expect((await ledger()).map(({ sequence }) => sequence)).toEqual([300_001, 300_002]);
  });

  test('half a cutover leads back to the baseline of the trial', async () => {
    await promote(one);
    const { route, gateways } = await back();
    expect(route).toMatchObject({ epoch: epoch + 2, baseline: { version: 'v1' } });
    expect(gateways.every(({ result }) => result === 'confirmed')).toBe(true);
  });
});

describe('after a cutover', () => {
  beforeEach(async () => {
    await store.saveRollout(stateOf('digits', { rolloutId, baseline: 'v1', revision: 1 }));
    await Promise.all([promote(one), promote(two)]);
  });

  test('nobody but a person knows the way back: it says what to give', async () => {
    await expect(back()).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(
        new RegExp(
          `v2 serves all since epoch ${epoch + 1}.*baseline of ${rolloutId} was v1\\): sluice rollback digits --force --to <version> --url <url>`,
        ),
      ),
    });
    await expect(back({}, { version: 'v1' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/--url/),
    });
    expect((await routeOf(one))?.baseline.version).toBe('v2');
  });

  test('it leads to the version that is named, with the phase in the ledger', async () => {
    const { route, gateways } = await back({}, { version: 'v1', url: one.v1.url });
    expect(route.baseline).toEqual({ version: 'v1', url: one.v1.url });
    expect(gateways.every(({ result }) => result === 'confirmed')).toBe(true);
    expect(await ledger()).toMatchObject([{ sequence: 300_001, phase: 'canary' }]);
  });

  test('a gateway that is gone has no lease, and must be tried again', async () => {
    const to = { version: 'v1', url: one.v1.url };
    const { gateways } = await back({ gatewayAdminUrls: [one.gateway.adminUrl, DEAD], patienceMs: 300 }, to);
    expect(gateways).toMatchObject([{ result: 'confirmed' }, { url: DEAD, result: 'retry', withinMs: null }]);
  });
});

describe('what can not be done', () => {
  test('a service that no gateway knows', async () => {
    await expect(forceRollback({ ...asked, service: 'unheard-of' }, options())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('gateways that do not answer at all', async () => {
    await expect(back({ gatewayAdminUrls: [DEAD], patienceMs: 300 })).rejects.toMatchObject({
      code: 'GATEWAY_UNREACHABLE',
      message: expect.stringContaining(`gateway ${DEAD}: `),
    });
  });

  test('without the token it ends at once; with it, it works', async () => {
    one.more = { adminToken: TOKEN };
    await one.restart();
    const only = { gatewayAdminUrls: [one.gateway.adminUrl] };
    const began = performance.now();
    await expect(back({ ...only, adminToken: 'another-token-altogether' })).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect(performance.now() - began).toBeLessThan(2500);
    const forced = await back({ ...only, adminToken: TOKEN }, { version: 'v2', url: one.v2.url });
    expect(forced.gateways).toMatchObject([{ result: 'confirmed' }]);
    expect((await one.infer('u1')).version).toBe('v2');
  });
});

describe('the api', () => {
  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/v1/forced-rollbacks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const rollback = (over: object = {}) => ({
    at: '2026-11-21T10:00:00.000Z',
    actor: 'alice',
    reason: '',
    route: one.route({ epoch, rolloutId, candidate: null, leaseMs: null }),
    ...over,
  });

  test('a repeat is the same line; another person or time is the next; an older route is not kept', async () => {
    const sequences: number[] = [];
    for (const over of [{}, {}, { actor: 'bob' }, { at: '2026-11-21T11:00:00.000Z' }]) {
      const answer = await post(api.url, rollback(over));
      expect(answer.status).toBe(201);
      sequences.push(((await answer.json()) as { sequence: number }).sequence);
    }
    expect(sequences).toEqual([300_001, 300_001, 300_002, 300_003]);
    const older = rollback({
      actor: 'carol',
      route: one.route({ epoch: epoch - 1, rolloutId, candidate: null, leaseMs: null }),
    });
    expect(await (await post(api.url, older)).json()).toMatchObject({ sequence: 300_004, isRouteSaved: false });
    expect((await store.latestRoute('digits'))?.epoch).toBe(epoch);
  });

  test('many at once lose nothing', async () => {
    const people = Array.from({ length: 8 }, (_, n) => `person-${n}`);
    await Promise.all(people.map((actor) => post(api.url, rollback({ actor }))));
    expect((await ledger()).map(({ actor }) => actor).sort()).toEqual(people);
  });

  test('a service that never had a rollout has a ledger of its own', async () => {
    const route = one.route({ epoch, service: `fresh-${epoch}`, rolloutId: null, candidate: null, leaseMs: null });
    expect((await post(api.url, rollback({ route }))).status).toBe(201);
    expect(await ledger(`fresh-${epoch}-forced`)).toHaveLength(1);
  });

  test.each([
    ['a candidate', () => ({ route: one.route({ epoch, rolloutId }) })],
    ['no name', () => ({ actor: ' ' })],
    ['no time', () => ({ at: 'yesterday' })],
  ])('refuses %s', async (_, over) => {
    expect((await post(api.url, rollback(over()))).status).toBe(400);
    expect((await fetch(`${api.url}/v1/rollouts/${rolloutId}/decisions`)).status).toBe(404);
  });

  test('asks for the admin token where there is one, and lists routes to anybody', async () => {
    const guarded = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
    expect((await post(guarded.url, rollback())).status).toBe(401);
    expect((await post(guarded.url, rollback(), { authorization: 'Bearer a-token-for-the-test' })).status).toBe(401);
    expect((await post(guarded.url, rollback(), { authorization: `Bearer ${TOKEN}` })).status).toBe(201);
    const { routes } = (await (await fetch(`${guarded.url}/v1/routes`)).json()) as { routes: { service: string }[] };
    expect(routes.map(({ service }) => service)).toContain('digits');
    await guarded.close();
    const open = await startApi({ store, host: '0.0.0.0', port: 0 });
    expect((await post(`http://127.0.0.1:${new URL(open.url).port}`, rollback())).status).toBe(401);
    await open.close();
  });
});

describe('the command', () => {
  const sluice = (args: readonly string[], gateways: readonly string[]) =>
    runCommand(args, {
      env: {
        TEMPORAL_ADDRESS: '127.0.0.1:9',
        SLUICE_GATEWAYS: gateways.join(','),
        SLUICE_API: api.url,
        USER: 'tester',
      },
    });

  test('works with Temporal at a dead port: exit 0, a line for each gateway', async () => {
    await Promise.all([expose(one), expose(two)]);
    const urls = [one.gateway.adminUrl, two.gateway.adminUrl];
    const { code, stdout } = await sluice(['rollback', 'digits', '--force', '--reason', 'it burns'], urls);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^digits: v1 serves all, epoch ${epoch + 1}\n`));
    expect(stdout).toMatch(
      new RegExp(`g1 +${urls[0]} +confirmed\ng2 +${urls[1]} +confirmed\nledger: decision 300001 of ${rolloutId}\n`),
    );
    expect(await ledger()).toMatchObject([{ actor: 'tester', reason: expect.stringMatching(/^it burns/) }]);
  });

  test('-o json is for machines', async () => {
    await expose(one);
    const { code, stdout } = await sluice(['rollback', 'digits', '--force', '-o', 'json'], [one.gateway.adminUrl]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      route: { epoch: epoch + 1, baseline: { version: 'v1' } },
      gateways: [{ gatewayId: 'g1', result: 'confirmed' }],
      ledger: { kind: 'read', value: { rolloutId, sequence: 300_001 } },
    });
  });

  test('a gateway that can not be reached: exit 1, and when it falls back by itself', async () => {
    await expose(one);
    const { code, stdout } = await sluice(['rollback', 'digits', '--force'], [one.gateway.adminUrl, DEAD]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /http:\/\/127\.0\.0\.1:9 +not confirmed: falls back by its lease within 60 s \(.*ECONNREFUSED/,
    );
  });

  test.each([
    [['rollback', 'digits', '--to', 'v1'], /--to and --url need --force/],
    [['rollback', 'digits', '--force', '--url', 'http://x'], /--url needs --to/],
    [['rollback', 'digits', '--force', '--to', 'v1', '--url', 'ftp://x'], /ftp:\/\/x/],
    [['rollback', '../x', '--force'], /"\.\.\/x" is not a service's name/],
  ])('%p is a mistake: exit 2', async (args, message) => {
    expect(await sluice(args, [DEAD])).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  });
});
