import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { resources } from '../../../src/domain/spec/monitors/resources.js';
import { createResourceMonitor } from '../../../src/monitors/resources/run-monitor.js';
import { freePort } from '../../setup/free-port.js';

let child: ChildProcess | null = null;
afterEach(() => {
  child?.kill('SIGKILL');
  child = null;
});

/** A server that keeps 200 MB, and a worker of its own that keeps a core busy. */
async function startServer(port: number): Promise<number> {
  const busy = 'for (;;) Math.sqrt(2)';
  const program = `
    const kept = Buffer.alloc(200e6, 1);
    const worker = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(busy)}]);
    process.on('SIGTERM', () => { worker.kill('SIGKILL'); process.exit(0); });
    require('node:http').createServer((_, r) => r.end(String(kept.length))).listen(${port}, '127.0.0.1', () => console.log('up'));`;
  child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
  return child.pid ?? 0;
}
const runOf = (spec: object) =>
  createResourceMonitor({ promVector: null })(resources.parse({ kind: 'resources', ...spec }), {
    service: 'digits',
    monitor: 'servers',
    at: new Date().toISOString(),
    state: null,
    signal: new AbortController().signal,
  });

test('a process is found by its port or its id, with its children', async () => {
  const port = await freePort();
  const pid = await startServer(port);
  try {
    const capacity = { cpuCores: 1, memoryBytes: 1e9 };
    const { reading } = await runOf({
      targets: [
        { name: 'by-port', local: { port }, capacity },
        { name: 'by-pid', local: { pid }, capacity },
      ],
    });
    const value = (metric: string, subject: string) =>
      reading.values.find((each) => each.metric === metric && each.subject === subject)?.value ?? -1;
    expect(value('memory', `port ${port}`)).toBeGreaterThan(0.2);
    expect(value('memory', `port ${port}`)).toBeLessThan(0.6);
    // A busy machine gives it less than its core.
    expect(value('cpu', `process ${pid}`)).toBeGreaterThan(0.05);
    expect(value('cpu', `process ${pid}`)).toBe(value('cpu', `port ${port}`));
  } finally {
    child?.kill('SIGTERM');
    if (child) await once(child, 'exit');
  }
});

test('the machine has its shares', async () => {
  const { reading } = await runOf({
    targets: [{ name: 'here', local: { machine: true }, capacity: { networkBytesPerS: 1e12 } }],
  });
  expect(new Set(reading.values.map(({ metric }) => metric))).toEqual(new Set(['cpu', 'memory', 'disk', 'network']));
  for (const { value } of reading.values) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
  }
});

test('a port on which nobody listens is inconclusive', async () => {
  const port = await freePort();
  const { reading } = await runOf({ targets: [{ name: 'gone', local: { port } }] });
  expect(reading).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining(`nobody listens on port ${port}`),
  });
});

test('a machine that can not be looked at is inconclusive', async () => {
  const monitor = createResourceMonitor({
    promVector: null,
    sampleMachine: () => Promise.reject(new Error('no /proc')),
  });
  const { reading } = await monitor(
    resources.parse({ kind: 'resources', targets: [{ name: 'here', local: { machine: true } }] }),
    {
      service: 's',
      monitor: 'm',
      at: new Date().toISOString(),
      state: null,
      signal: new AbortController().signal,
    },
  );
  expect(reading).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('no /proc') });
});
