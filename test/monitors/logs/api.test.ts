import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../../src/api/server.js';
import { logsMonitor } from '../../../src/domain/spec/monitors/logs.js';
import { mergeAlike } from '../../../src/monitors/logs/alike.js';
import type { LogReceipt } from '../../../src/monitors/logs/intake.js';
import type { LogReport } from '../../../src/monitors/logs/report.js';
import { createLogsMonitor } from '../../../src/monitors/logs/run-monitor.js';
import type { Store } from '../../../src/ports/store.js';
import { testStore } from '../../setup/store.js';

const TOKEN = 'a-token-of-the-test-suite';
let [store, api] = [undefined as unknown as Store, undefined as unknown as StartedApi];
beforeAll(async () => {
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
});
afterAll(async () => {
  await api?.close();
  await store?.close();
});

const bearer = { authorization: `Bearer ${TOKEN}` };
const post = (query: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(`${api.url}/v1/logs?${query}`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/x-ndjson', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
const receiptOf = async (response: Response) => {
  expect(response.status).toBe(202);
  return (await response.json()) as LogReceipt;
};
const reportOf = async (service: string) => {
  const response = await fetch(`${api.url}/v1/logs/${service}/report?since=1h`, { headers: bearer });
  expect(response.status).toBe(200);
  return (await response.json()) as LogReport;
};
const lineOf = (level: number, msg: string, agoMs = 120_000) =>
  JSON.stringify({ level, msg, time: Date.now() - agoMs });
const repeated = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

describe('logs over HTTP', () => {
  test('counted by version, whatever the content type; gzip', async () => {
    const body = [lineOf(50, 'Connection to 10.0.0.1 refused'), lineOf(30, 'ready'), '', 'WARNING: slow'].join('\n');
    expect(await receiptOf(await post('service=plain&version=v1', body))).toEqual({
      added: true,
      lines: 3,
      cut: 0,
      binary: 0,
      skipped: 0,
      tooOld: 0,
      ahead: 0,
    });
    await receiptOf(
      await post('service=plain&version=v2', gzipSync(body), {
        'content-encoding': 'gzip',
        'content-type': 'application/json',
      }),
    );
    await receiptOf(await post('service=plain&version=v2', body, { 'content-type': 'text/plain' }));
    const report = await reportOf('plain');
    expect(report.versions).toEqual([
      { version: 'v2', lines: 6, errors: 2 },
      { version: 'v1', lines: 3, errors: 1 },
    ]);
    expect(report.categories).toMatchObject([
      { category: 'connection', errors: 3, top: [{ text: 'Connection to <ip> refused', errors: { v1: 1, v2: 2 } }] },
    ]);
  });

  test('bad lines are counted and say nothing of the others; clocks that are off', async () => {
    const body = Buffer.concat([
      Buffer.from(`${lineOf(50, 'good one')}\n`),
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      Buffer.from(`{"msg":"${'x'.repeat(2_000_000)}\n    at stack (trace.js)\n{}\n`),
      Buffer.from(
        `${lineOf(30, 'future', -3_600_000)}\n${lineOf(30, 'ancient', 40 * 86_400_000)}\n${lineOf(50, 'good two')}`,
      ),
    ]);
    expect(await receiptOf(await post('service=bad', body))).toEqual({
      added: true,
      lines: 4,
      cut: 1,
      binary: 1,
      skipped: 2,
      tooOld: 1,
      ahead: 1,
    });
    expect((await reportOf('bad')).lines).toBe(4);
  });

  test('a repeat is counted once', async () => {
    const send = () => post('service=repeat&version=v1&source=here&sequence=5', lineOf(30, 'x'));
    const receipts = await Promise.all([send(), send(), send()].map(async (one) => receiptOf(await one)));
    expect(receipts.filter(({ added }) => added)).toHaveLength(1);
    expect((await reportOf('repeat')).lines).toBe(1);
  });

  test('secrets are nowhere in what is kept', async () => {
    await receiptOf(
      await post(
        'service=secret',
        lineOf(50, 'login failed: password=hunter2 for jane@example.com at postgres://u:hunter2@db/x'),
      ),
    );
    const kept = JSON.stringify([await store.logs.templates('secret', 10), await reportOf('secret')]);
    expect(kept).toContain('<secret>');
    expect(kept).not.toMatch(/hunter2|jane/);
  });

  test('a flood of different messages: few templates, all of it counted', async () => {
    const letters = (i: number) => i.toString(36).replaceAll(/\d/g, (digit) => 'zyxwvutsrq'[Number(digit)] as string);
    const body = repeated(30_000, (i) => `ERROR ${letters(i + 50_000)} ${letters(i * 31 + 50_000)}`);
    expect((await receiptOf(await post('service=flood&version=v1', body))).lines).toBe(30_000);
    expect((await store.logs.templates('flood', 10_000)).length).toBeLessThanOrEqual(1000);
    expect((await reportOf('flood')).versions).toEqual([{ version: 'v1', lines: 30_000, errors: 30_000 }]);
  });

  test('without the token nothing is taken and nothing is said', async () => {
    for (const authorization of ['', 'Bearer wrong']) {
      expect((await post('service=a', 'x', { authorization })).status).toBe(401);
      expect((await fetch(`${api.url}/v1/logs/a/report`, { headers: { authorization } })).status).toBe(401);
      expect((await fetch(`${api.url}/v1/logs/prune`, { method: 'POST', headers: { authorization } })).status).toBe(
        401,
      );
    }
  });

  test.each<[string, () => Promise<Response>, number, RegExp]>([
    ['no service', () => post('version=v1', 'x'), 400, /service/],
    ['a service that is none', () => post('service=No%20Name', 'x'), 400, /service/],
    ['a source without a sequence', () => post('service=a&source=x', 'x'), 400, /both source and sequence/],
    ['damaged gzip', () => post('service=a', 'no gzip', { 'content-encoding': 'gzip' }), 400, /damaged gzip/],
    ['another encoding', () => post('service=a', 'x', { 'content-encoding': 'br' }), 400, /neither gzip/],
    [
      'a gzip bomb',
      () => post('service=a', gzipSync(Buffer.alloc(64 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
      400,
      /more than 8388608 bytes/,
    ],
    ['a body above 8 MB', () => post('service=a', Buffer.alloc(8 * 1024 * 1024 + 1, 'x')), 413, /too large/i],
  ])('refuses %s', async (_, send, status, message) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect(((await response.json()) as { detail: string }).detail).toMatch(message);
  });

  test('an empty body is no fault', async () => {
    expect((await receiptOf(await post('service=empty', ''))).lines).toBe(0);
  });
});

test('a new process goes on with the templates that are kept', async () => {
  await receiptOf(
    await post(
      'service=again',
      repeated(20, (i) => lineOf(50, `worker died of signal alpha${'abcdefghij'[i % 10]}`)),
    ),
  );
  const second = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
  await fetch(`${second.url}/v1/logs?service=again`, {
    method: 'POST',
    headers: bearer,
    body: lineOf(50, 'worker died of signal beta'),
  });
  await second.close();
  // The first names had templates of their own; whoever reads merges them.
  const kept = await store.logs.templates('again', 10);
  expect(kept.length).toBeLessThanOrEqual(4);
  expect(new Set([...mergeAlike(kept).values()].map(({ text }) => text))).toEqual(
    new Set(['worker died of signal <*>']),
  );
});

test('pruning keeps at least a day', async () => {
  const prune = (body: object) =>
    fetch(`${api.url}/v1/logs/prune`, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await prune({ keep: '2h' })).status).toBe(400);
  expect(await (await prune({ keep: '1d' })).json()).toEqual({ days: 0, templates: 0, batches: 0 });
});

describe('the monitor over a real store', () => {
  const spec = logsMonitor.parse({ kind: 'logs', exposure: 'lines', baseline: 'v1', candidate: 'v2' });
  const run = (service: string, state: unknown = null) =>
    createLogsMonitor(store)(spec, {
      service,
      monitor: 'logs',
      at: new Date().toISOString(),
      state,
      signal: new AbortController().signal,
    });

  test('an error of the candidate alone', async () => {
    await receiptOf(
      await post(
        'service=live&version=v1',
        repeated(400, () => lineOf(30, 'request done')),
      ),
    );
    expect((await run('live')).reading).toMatchObject({ verdict: 'inconclusive', reason: 'no line of version v2' });
    const body = repeated(100, (i) =>
      i % 10 ? lineOf(30, 'request done') : lineOf(50, `CUDA error: device ${i} lost`),
    );
    await receiptOf(await post('service=live&version=v2', body));
    const { reading, state } = await run('live');
    expect(reading).toMatchObject({ verdict: 'fail', kind: 'logs', findings: [{ cause: 'version', version: 'v2' }] });
    expect(reading.findings[0]?.message).toContain('only v2 has gpu error');
    expect(state).toEqual({ prunedOn: new Date().toISOString().slice(0, 10), retention: spec.retention });
    expect((await run('live', state)).state).toEqual(state);
  });

  test('what is old for one monitor is kept for another that looks further back', async () => {
    const asked: string[] = [];
    const logs = {
      ...store.logs,
      prune: async (before: string) => {
        asked.push(before);
        return { days: 0, templates: 0, batches: 0 };
      },
    };
    const at = '2026-11-21T10:00:00.000Z';
    const runOnce = async (service: string, retention: string) => {
      const own = logsMonitor.parse({ kind: 'logs', retention });
      const asks = { service, monitor: 'logs', at, state: null, signal: new AbortController().signal };
      const { reading, state } = await createLogsMonitor({ ...store, logs })(own, asks);
      await store.monitors.save(reading, { kind: 'logs', at, state, rules: {} }, at);
    };
    await runOnce('long', '60d');
    await runOnce('short', '2d');
    await store.monitors.forget('long', 'logs');
    await runOnce('short', '2d');
    await store.monitors.forget('short', 'logs');
    expect(asked).toEqual(['2026-09-22T10:00:00.000Z', '2026-09-22T10:00:00.000Z', '2026-11-19T10:00:00.000Z']);
  });

  test('nothing known, and a store that is away: inconclusive', async () => {
    expect((await run('nobody')).reading).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/no line/),
    });
    const away = await testStore();
    await away.close();
    const { reading, state } = await createLogsMonitor(away)(spec, {
      service: 'live',
      monitor: 'logs',
      at: new Date().toISOString(),
      state: null,
      signal: new AbortController().signal,
    });
    expect(reading).toMatchObject({ verdict: 'inconclusive', reason: expect.stringMatching(/cannot answer/) });
    expect(state).toBeNull();
  });
});
