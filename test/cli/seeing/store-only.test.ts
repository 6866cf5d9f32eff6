import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sluice, startSluice } from '../../setup/sluice.js';
import { decision, HOSTILE, route, stateInBake } from './example-rollout.js';
import { StoreApi } from './store-api.js';

/** Temporal is down in all of these: nothing listens there. */
const NOBODY = '127.0.0.1:9';

let api: StoreApi;
let env: Record<string, string>;
beforeAll(async () => {
  api = await StoreApi.open();
  env = { TEMPORAL_ADDRESS: NOBODY, SLUICE_API: api.url, USER: 'tess' };
});
afterAll(() => api.close());

const soon = (parts = {}) =>
  stateInBake({
    updatedAt: new Date(Date.now() - 65_000).toISOString(),
    waiting: {
      kind: 'bake',
      since: new Date().toISOString(),
      until: new Date(Date.now() + 600_000).toISOString(),
      note: 'canary 25 %',
    },
    ...parts,
  });

describe('Temporal is down', () => {
  test('get, status, explain and history answer from the store, and say how old it is', async () => {
    api.save(soon());
    api.decisions.splice(
      0,
      9,
      ...[1, 2, 3, 4, 5].map((sequence) => decision(sequence, { reason: `reason ${sequence}` })),
    );
    const [get, status, explain, history] = await Promise.all([
      sluice(env, 'get', 'digits'),
      sluice(env, 'status', 'digits', '-o', 'json'),
      sluice(env, 'explain', 'digits'),
      sluice(env, 'history', 'digits'),
    ]);
    const old = /no Temporal server at 127\.0\.0\.1:9: .*; this is the view recorded 1m\d+s ago/;
    expect(get).toMatchObject({ code: 0, stderr: expect.stringMatching(old) });
    expect(get.stdout).toMatch(/waits {4}bake \d+m\d+s left: canary 25 %/);
    expect(get.stdout).toContain('├─◐  25 %  bake 30m');
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ status: 'progressing', source: 'store', exitCode: 0 });
    expect(explain.stdout).toContain('→ sluice promote digits | sluice extend digits --for 30m');
    expect(history).toMatchObject({ code: 0, stderr: expect.stringContaining('is progressing: canary 25 %') });
    expect(history.stdout.match(/reason \d/g)).toEqual(['reason 1', 'reason 2', 'reason 3', 'reason 4', 'reason 5']);
    for (const { tookMs } of [get, status, explain, history]) expect(tookMs).toBeLessThan(30_000);
  });

  test('the exit code says how it stands', async () => {
    api.save(soon({ status: 'rolled-back', waiting: null }));
    expect((await sluice(env, 'status', 'digits')).code).toBe(3);
  });

  test('nobody answers at all: says so in time, and what to do', async () => {
    const ran = await sluice({ ...env, SLUICE_API: `http://${NOBODY}` }, 'get', 'digits');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/no Temporal server at .*; and of the store: the api at 127\.0\.0\.1:9 does not answer/);
    expect(ran.stderr).toMatch(/\(TEMPORAL_UNAVAILABLE\)\ntry: TEMPORAL_ADDRESS names the server; .*sluice doctor/);
    expect(ran.tookMs).toBeLessThan(20_000);
  });

  test('a service or rollout that nobody knows', async () => {
    expect(await sluice(env, 'history', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /nothing is neither a rollout nor a service with one.*\n\(NOT_FOUND\)\ntry: sluice list/,
      ),
    });
  });
});

describe('following', () => {
  test('a line a change, then the tree and the exit code of the ending', async () => {
    api.save(soon({ revision: 20 }));
    const watch = startSluice(env, 'get', 'digits', '--watch', '--timeout', '60s');
    await watch.until(/weight 25 %/);
    api.save(soon({ revision: 21, weightPercent: 50, reason: 'canary 50 %', waiting: null }));
    await watch.until(/weight 50 %/);
    api.save(
      soon({ revision: 22, status: 'rolled-back', weightPercent: 0, reason: 'error_rate fails', waiting: null }),
    );
    const { code, stdout, stderr } = await watch.ended;
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\dZ {2}canary {5}progressing weight 25 % {2}.*\n.*weight 50 %.*canary 50 %\n.*rolled-back weight 0 %.*error_rate fails\ndigits {2}v1 → v2 {2}✖ rolled back\n/,
    );
    expect(stderr.match(/no Temporal server/g)?.length).toBeLessThanOrEqual(2);
  });

  test('NDJSON with -o json; an api that is away for a while is waited for, and said once', async () => {
    api.save(soon({ revision: 30 }));
    const watch = startSluice(env, 'status', 'digits', '--watch', '-o', 'json', '--timeout', '90s');
    await watch.until(/"revision":30/);
    const port = Number(new URL(api.url).port);
    const { states } = api;
    await api.close();
    await watch.until(/! nothing heard for .*: .*does not answer/, 'stderr');
    api = await StoreApi.open(port);
    for (const state of states.values()) api.save(state);
    api.save(soon({ revision: 31, status: 'promoted', waiting: null }));
    const { code, stdout, stderr } = await watch.ended;
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { revision: number }).revision),
    ).toEqual([30, 31]);
    expect(stderr.match(/nothing heard/g)).toHaveLength(1);
  });

  test('status -o name says whose ending it was', async () => {
    api.save(soon({ revision: 35, status: 'promoted', waiting: null }));
    const { code, stdout } = await sluice(env, 'status', 'digits', '--watch', '-o', 'name');
    expect([code, stdout]).toEqual([0, `${soon({}).rolloutId}\n`]);
  });

  test('a ledger that grows', async () => {
    api.save(soon({ revision: 40 }));
    api.decisions.splice(0, 9, decision(1, { reason: 'first' }));
    const follow = startSluice(env, 'history', 'digits', '--follow', '-o', 'json', '--timeout', '60s');
    await follow.until(/"first"/);
    api.decisions.push(decision(2), decision(3), decision(4, { reason: 'last' }));
    api.save(soon({ revision: 41, status: 'aborted', waiting: null }));
    const { code, stdout } = await follow.ended;
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { sequence: number }).sequence),
    ).toEqual([1, 2, 3, 4]);
  });

  test('a ledger, on through a time in which the api is away', async () => {
    api.save(soon({ revision: 45 }));
    api.decisions.splice(0, 9, decision(1, { reason: 'first' }));
    const follow = startSluice(env, 'history', 'digits', '--follow', '-o', 'json', '--timeout', '60s');
    await follow.until(/"first"/);
    const { states, decisions } = api;
    const port = Number(new URL(api.url).port);
    await api.close();
    await follow.until(/! nothing heard: .*does not answer/, 'stderr');
    api = await StoreApi.open(port);
    for (const state of states.values()) api.save(state);
    api.decisions.push(...decisions, decision(2));
    api.save(soon({ revision: 46, status: 'aborted', waiting: null }));
    const { code, stdout, stderr } = await follow.ended;
    expect(code).toBe(0);
    const told = stdout.trim().split('\n');
    expect(told.map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual([1, 2]);
    expect(stderr.match(/nothing heard/g)).toHaveLength(1);
  });

  test('no longer than --timeout: exit 124', async () => {
    api.save(soon({ revision: 50 }));
    expect(await sluice(env, 'get', 'digits', '--watch', '--timeout', '1s')).toMatchObject({
      code: 124,
      stderr: expect.stringMatching(
        /is still progressing in phase canary after 1000 ms\n\(TIMEOUT\)\ntry: the same command with a longer --timeout/,
      ),
    });
  });
});

test('10,000 rollouts: a page by default, all of them when asked', async () => {
  const many = await StoreApi.open();
  for (let n = 0; n < 10_000; n += 1)
    many.save(
      soon({ rolloutId: `many-${n}`, service: `svc-${n % 100}`, status: n % 100 === 7 ? 'progressing' : 'promoted' }),
    );
  const here = { ...env, SLUICE_API: many.url };
  const first = await sluice(here, 'list');
  expect(first.stdout.trim().split('\n')).toHaveLength(51);
  expect(first.stderr).toMatch(/Temporal is not read .*\nthere are more: --limit, --all/);
  const all = await sluice(here, 'list', '--all', '-o', 'name');
  expect(all.stdout.trim().split('\n')).toHaveLength(10_000);
  expect(many.asked).toBe(21);
  const found = await sluice(here, 'list', '--active', '--search', 'many-1', '--all', '-o', 'json');
  expect(JSON.parse(found.stdout)).toHaveLength(11);
  process.stderr.write(`list of 10,000: ${Math.round(all.tookMs)} ms, of 50: ${Math.round(first.tookMs)} ms\n`);
  await many.close();
});

test('hostile text reaches no terminal, whatever prints it', async () => {
  api.save(soon({ revision: 60, reason: HOSTILE, owner: HOSTILE, waiting: null }));
  api.decisions.splice(0, 9, decision(1, { reason: HOSTILE, actor: HOSTILE }));
  const args = [
    ['get', 'digits', '-o', 'wide'],
    ['get', 'digits', '-o', 'yaml'],
    ['list', '-o', 'wide'],
    ['history', 'digits'],
    ['status', 'nothing\u{1b}[2J'],
  ];
  for (const { stdout, stderr } of await Promise.all(args.map((one) => sluice({ ...env, FORCE_COLOR: '0' }, ...one)))) {
    expect(`${stdout}${stderr}`).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u);
    expect(stdout).not.toMatch(/^✔ approved by alice/m);
  }
});

describe('traffic', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  async function gateway(gatewayId: string, epoch: number): Promise<string> {
    const applied = {
      gatewayId,
      route: { ...route, epoch },
      effectiveWeightPercent: 25,
      effectiveShadowPercent: 0,
      leaseRemainingMs: 20_000,
      trip: null,
    };
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(applied));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('what each gateway serves, beside the store', async () => {
    api.route = route;
    const gateways = [await gateway('gw-1', 7), await gateway('gw-2', 6), `http://${NOBODY}`].join(',');
    const { code, stdout } = await sluice({ ...env, SLUICE_GATEWAYS: gateways }, 'traffic', 'digits');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^store +7 +v1 +v2 +25 %/m);
    expect(stdout).toMatch(/^gw-1 +7 +v1 +v2 +25 % +25 % +0 % +20s of 30s +–$/m);
    expect(stdout).toMatch(/^gw-2 +6 ≠ .* epoch$/m);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:9 .*ECONNREFUSED/m);
  });

  test('no gateway answers: an error, and still what the store wants', async () => {
    const ran = await sluice({ ...env, SLUICE_GATEWAYS: `http://${NOBODY}` }, 'traffic', 'digits');
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringMatching(/^store +7/m) });
    expect(ran.stderr).toMatch(/no gateway of 1 answers within 5000 ms\n\(GATEWAY_UNREACHABLE\)\ntry: sluice doctor/);
  });
});
