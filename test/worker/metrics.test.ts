import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workerMetricsAddress } from '../../src/worker/metrics.js';
import { quietRuntime } from '../../src/worker/runtime.js';
import { freePort } from '../setup/free-port.js';
import { echoes, openProbe, type Probe } from './probe.js';

describe('where they are served', () => {
  test.each([
    [undefined, null],
    ['', null],
    ['127.0.0.1:9464', '127.0.0.1:9464'],
    ['[::1]:9464', '[::1]:9464'],
  ])('%s: %s', (value, address) => {
    expect(workerMetricsAddress(value === undefined ? {} : { SLUICE_WORKER_METRICS: value })).toBe(address);
  });

  test.each(['9464', ':9464', 'localhost:9464', '127.0.0.1:70000', 'http://127.0.0.1:9464'])(
    '%s is refused',
    (value) => {
      expect(() => workerMetricsAddress({ SLUICE_WORKER_METRICS: value })).toThrow(
        `"${value}" is not an IP address and port`,
      );
    },
  );

  test('a port that is taken is an error that names it', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    expect(() => quietRuntime(`127.0.0.1:${port}`)).toThrow(`worker metrics on 127.0.0.1:${port}: `);
    await new Promise((resolve) => taken.close(resolve));
  });
});

describe('what an operator watches', () => {
  let probe: Probe;
  let url = '';
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/metrics`;
    quietRuntime(`127.0.0.1:${port}`);
    probe = await openProbe();
  });
  afterAll(() => probe?.close());

  test('the series that docs/operations.md names are there', async () => {
    const queue = `metrics-${process.pid}`;
    const failing = { ...echoes, refuse: () => Promise.reject(new Error('as the test wants it')) };
    const worker = await probe.worker(queue, failing);
    const page = await worker.runUntil(async () => {
      const options = { workflowId: queue, taskQueue: queue, args: ['x', 1] };
      const handle = await probe.link.client.workflow.start('conversation', options);
      await handle.executeUpdate('say', { args: ['x'] });
      await handle.result();
      // A type that no worker knows fails its tasks until somebody helps.
      const lost = await probe.link.client.workflow.start('unknown', { workflowId: `${queue}-lost`, taskQueue: queue });
      await until(async () => (await pageOf(url)).includes('temporal_workflow_task_execution_failed_total{'));
      await lost.terminate();
      return pageOf(url);
    });
    for (const name of SERIES) expect(page).toMatch(new RegExp(`^${name}\\{`, 'm'));
  });
});

const SERIES = [
  'temporal_workflow_task_schedule_to_start_latency_seconds_bucket',
  'temporal_activity_schedule_to_start_latency_seconds_bucket',
  'temporal_worker_task_slots_available',
  'temporal_workflow_task_execution_failed_total',
  'temporal_sticky_cache_size',
  'temporal_activity_execution_failed_total',
];

const pageOf = async (url: string) => (await fetch(url)).text();

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; !(await holds()); ) {
    if (performance.now() > end) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
