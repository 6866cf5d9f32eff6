import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { MonitorOutcome } from '../../../src/domain/monitor.js';
import { dependencies } from '../../../src/domain/spec/monitors/dependencies.js';
import { createDependencyMonitor } from '../../../src/monitors/dependencies/run-monitor.js';
import { createAddressPolicy } from '../../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../../src/net/allowed-private.js';
import type { PromQuery } from '../../../src/ports/prom-query.js';
import { answers, type Behaviour, type FakeServer, hangs, resets, startServer } from '../../gateway/stage.js';
import { freePort } from '../../setup/free-port.js';

const json =
  (body: unknown, status = 200): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

let server: FakeServer;
beforeEach(async () => {
  server = await startServer(json({ status: 'serving', parts: [{ ok: true }] }));
});
afterEach(() => server.close());

const monitorWith = (over: { allowed?: string; promQuery?: PromQuery | null; token?: string } = {}) =>
  createDependencyMonitor({
    policy: createAddressPolicy(parseAllowedPrivate(over.allowed ?? '127.0.0.0/8')),
    promQuery: over.promQuery ?? null,
    secrets: (name) => (name === 'SLUICE_SECRET_DB' ? over.token : undefined),
  });

/** Runs as often as asked, and gives the last outcome. */
async function runs(
  times: number,
  spec: object,
  monitor = monitorWith(),
  state: unknown = null,
): Promise<MonitorOutcome> {
  const parsed = dependencies.parse({ kind: 'dependencies', ...spec });
  let last: MonitorOutcome | null = null;
  for (let run = 0; run < times; run += 1) {
    const at = new Date(Date.UTC(2026, 0, 1, 0, run)).toISOString();
    const before: unknown = last === null ? state : JSON.parse(JSON.stringify(last.state));
    last = await monitor(parsed, {
      service: 'digits',
      monitor: 'needs',
      at,
      state: before,
      signal: new AbortController().signal,
    });
  }
  return last as MonitorOutcome;
}
const http = (more: object = {}, probe: object = {}) => ({ http: { url: `${server.url}/health`, ...more }, ...probe });
const oneNode = (probe: object, more: object = {}) => ({
  nodes: [{ name: 'features', kind: 'feature-store', probe, ...more }],
});

describe('a dependency', () => {
  test('that answers is well', async () => {
    const { reading } = await runs(1, oneNode(http()));
    expect(reading).toMatchObject({ verdict: 'pass', findings: [], kind: 'dependencies', service: 'digits' });
    expect(reading.values).toContainEqual(expect.objectContaining({ metric: 'dependency_up', value: 1, samples: 1 }));
  });

  test.each<[string, Behaviour, string]>([
    ['says 503', answers(503), 'status 503'],
    ['redirects', (_, response) => void response.writeHead(302, { location: '/' }).end(), 'status 302'],
    ['breaks off', resets, 'ECONNRESET'],
    ['hangs', hangs, 'no answer within 150 ms'],
    ['says so', json({ status: 'broken' }), '/status is "broken", expected "serving"'],
    ['says something else', json({}), '/status is missing, expected "serving"'],
    ['sends a page', (_, response) => void response.end('<html>'), 'the answer is not JSON'],
  ])('that %s has failed after three runs, and is held against no version', async (_, behaviour, why) => {
    server.behaviour = behaviour;
    const timeout = behaviour === hangs ? '150ms' : '10s';
    const spec = oneNode(http({ expectBody: { pointer: '/status', equals: 'serving' } }, { timeout }));
    const second = await runs(2, spec);
    expect(second.reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
    const { reading } = await runs(1, spec, monitorWith(), second.state);
    expect(reading).toMatchObject({
      verdict: 'fail',
      findings: [{ key: 'dependency:features', severity: 'critical', cause: 'environment', version: null, value: 1 }],
    });
    expect(reading.findings[0]?.message).toContain(why);
  });

  test('that was well stays so for two failures', async () => {
    const well = await runs(1, oneNode(http()));
    server.behaviour = answers(500);
    const second = await runs(2, oneNode(http()), monitorWith(), well.state);
    expect(second.reading.verdict).toBe('pass');
    expect((await runs(1, oneNode(http()), monitorWith(), second.state)).reading.verdict).toBe('fail');
  });

  test('comes back after as many successes as asked for', async () => {
    server.behaviour = answers(500);
    const spec = oneNode(http({}, { failureThreshold: 1, successThreshold: 2 }));
    const down = await runs(1, spec);
    server.behaviour = answers(200);
    const once = await runs(1, spec, monitorWith(), down.state);
    expect([down.reading.verdict, once.reading.verdict]).toEqual(['fail', 'fail']);
    expect((await runs(1, spec, monitorWith(), once.state)).reading.verdict).toBe('pass');
  });

  test('may be asked for another status, with a token that is said nowhere', async () => {
    server.behaviour = (request, response) =>
      void response.writeHead(request.headers.authorization === 'Bearer planted-token' ? 204 : 401).end();
    const spec = oneNode(http({ bearer: 'SLUICE_SECRET_DB', expectStatus: [204] }, { failureThreshold: 1 }));
    const good = await runs(1, spec, monitorWith({ token: 'planted-token' }));
    expect(good.reading.verdict).toBe('pass');
    const bad = await runs(1, spec, monitorWith({ token: 'planted-wrong' }));
    expect(bad.reading.verdict).toBe('fail');
    expect(JSON.stringify([good, bad])).not.toContain('planted');
    expect((await runs(1, spec, monitorWith())).reading).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining("SLUICE_SECRET_DB is not in the worker's environment"),
    });
  });

  test('with an answer too long to look into is unmeasured', async () => {
    server.behaviour = json({ status: 'x'.repeat(70_000) });
    const spec = oneNode(http({ expectBody: { pointer: '/status', equals: 'serving' } }, { failureThreshold: 1 }));
    expect((await runs(1, spec)).reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
  });

  test('at an address that is not allowed is unmeasured, by name as well', async () => {
    for (const url of ['http://169.254.169.254/latest', server.url, server.url.replace('127.0.0.1', 'localhost')]) {
      const { reading } = await runs(3, oneNode({ http: { url } }), monitorWith({ allowed: '' }));
      expect(reading).toMatchObject({
        verdict: 'inconclusive',
        reason: expect.stringContaining('SLUICE_ALLOW_PRIVATE'),
      });
    }
    expect(server.requests).toEqual([]);
    const tcp = oneNode({ tcp: { host: '10.0.0.1', port: 80 }, failureThreshold: 1 });
    expect((await runs(1, tcp)).reading.verdict).toBe('inconclusive');
  });

  test('whose name nobody knows has failed', async () => {
    const probe = { http: { url: 'http://nobody.invalid' }, failureThreshold: 1, timeout: '5s' };
    const { reading } = await runs(1, oneNode(probe));
    expect(reading.verdict).toBe('fail');
  });

  test('of TCP is well where somebody listens, and has failed where nobody does', async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => listener.once('listening', resolve));
    const { port } = listener.address() as { port: number };
    const spec = (to: number) => oneNode({ tcp: { host: 'localhost', port: to }, failureThreshold: 1 });
    expect((await runs(1, spec(port), monitorWith({ allowed: 'localhost' }))).reading.verdict).toBe('pass');
    await new Promise((resolve) => listener.close(resolve));
    const { reading } = await runs(1, spec(await freePort()), monitorWith({ allowed: 'localhost' }));
    expect(reading.findings[0]?.message).toContain('ECONNREFUSED');
  });
});

describe('a query', () => {
  const asks = (promQuery: PromQuery) =>
    runs(
      1,
      oneNode({ promql: { query: 'up', min: 1 }, failureThreshold: 1, timeout: '100ms' }),
      monitorWith({ promQuery }),
    );

  test.each([
    [1, 'pass'],
    [0, 'fail'],
  ])('that gives %d: %s', async (value, verdict) => {
    const { reading } = await asks(() => Promise.resolve({ kind: 'value', value }));
    expect(reading.verdict).toBe(verdict);
    expect(reading.values).toContainEqual(expect.objectContaining({ metric: 'probe_value', value }));
  });

  test.each(['none', 'nan', 'inf', 'many', 'stale', 'timeout', 'refused', 'invalid', 'unreachable'] as const)(
    'that gives %s is inconclusive',
    async (kind) => {
      const { reading } = await asks(() => Promise.resolve({ kind, why: 'so it is' }));
      expect(reading).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining(`${kind}: so it is`) });
    },
  );

  test('that hangs, or has no Prometheus, is inconclusive', async () => {
    const hung: PromQuery = (_, __, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    expect((await asks(hung)).reading.verdict).toBe('inconclusive');
    const none = await runs(1, oneNode({ promql: { query: 'up', min: 1 } }));
    expect(none.reading.reason).toContain('knows no Prometheus');
  });

  test('that fails after it was down leaves it down', async () => {
    const spec = oneNode({ promql: { query: 'up', min: 1 }, failureThreshold: 1 });
    const down = await runs(1, spec, monitorWith({ promQuery: () => Promise.resolve({ kind: 'value', value: 0 }) }));
    const away: PromQuery = () => Promise.resolve({ kind: 'unreachable', why: 'away' });
    expect((await runs(1, spec, monitorWith({ promQuery: away }), down.state)).reading.verdict).toBe('fail');
    const up = await runs(1, spec, monitorWith({ promQuery: () => Promise.resolve({ kind: 'value', value: 1 }) }));
    expect((await runs(1, spec, monitorWith({ promQuery: away }), up.state)).reading.verdict).toBe('inconclusive');
  });
});

describe('a graph', () => {
  const graph = (criticality: number) => ({
    nodes: [
      { name: 'features', kind: 'feature-store', dependsOn: ['redis'], probe: http({}, { failureThreshold: 1 }) },
      {
        name: 'redis',
        kind: 'database',
        criticality,
        probe: http({ url: `${server.url}/redis` }, { failureThreshold: 1 }),
      },
    ],
  });
  const failing =
    (paths: string[]): Behaviour =>
    (request, response) =>
      void response.writeHead(paths.includes(request.url ?? '') ? 500 : 200).end();

  test('names the root cause, and what it took down', async () => {
    server.behaviour = failing(['/health', '/redis']);
    const { reading } = await runs(1, graph(0.1));
    expect(reading.findings.map(({ subject }) => subject)).toEqual(['redis']);
    expect(reading.findings[0]?.message).toMatch(
      /^database redis has failed since .*impact 1; failed with it: features/,
    );
    expect(reading.verdict).toBe('fail');
  });

  test('a minor failure is a warning, and passes', async () => {
    server.behaviour = failing(['/redis']);
    const { reading } = await runs(1, graph(0.6));
    expect(reading).toMatchObject({ verdict: 'pass', findings: [{ severity: 'warning', value: 0.6, limit: 0.7 }] });
    expect(reading.reason).toContain('redis failed (impact 0.6)');
    expect((await runs(1, graph(0.7))).reading.verdict).toBe('fail');
  });

  test('what is minor and unmeasured is a warning; what is needed and unmeasured never passes', async () => {
    const unmeasured = (criticality: number) => ({
      nodes: [
        ...graph(criticality).nodes.slice(0, 1),
        { name: 'redis', criticality, probe: { promql: { query: 'up', min: 1 } } },
      ],
    });
    expect((await runs(1, unmeasured(0.2))).reading).toMatchObject({
      verdict: 'pass',
      findings: [{ severity: 'warning' }],
    });
    expect((await runs(1, unmeasured(0.9))).reading).toMatchObject({ verdict: 'inconclusive' });
  });

  test('says which dependency may be behind a failure that is seen first', async () => {
    server.behaviour = failing(['/health', '/redis']);
    const { nodes } = graph(0.9);
    const slow = { ...nodes[1], probe: http({ url: `${server.url}/redis` }, { failureThreshold: 3 }) };
    const { reading } = await runs(1, { nodes: [nodes[0], slow] });
    expect(reading.reason).toContain('perhaps since redis began to fail');
  });

  test('of 100 nodes that hang is probed in parallel', async () => {
    server.behaviour = hangs;
    const nodes = Array.from({ length: 100 }, (_, at) => ({ name: `n${at}`, probe: http({}, { timeout: '200ms' }) }));
    const start = performance.now();
    const { reading } = await runs(1, { nodes });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(reading.verdict).toBe('inconclusive');
  });

  test('a run that is called off ends with its reason', async () => {
    server.behaviour = hangs;
    const off = AbortSignal.timeout(50);
    const spec = dependencies.parse({ kind: 'dependencies', ...oneNode(http()) });
    const run = monitorWith()(spec, {
      service: 's',
      monitor: 'm',
      at: new Date().toISOString(),
      state: null,
      signal: off,
    });
    await expect(run).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
