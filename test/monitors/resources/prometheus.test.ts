import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axios from 'axios';
import fc from 'fast-check';
import { promString } from '../../../src/domain/promql.js';
import { type ResourceTarget, resources } from '../../../src/domain/spec/monitors/resources.js';
import type { ResourceState } from '../../../src/monitors/resources/evaluate.js';
import { resourceQueries } from '../../../src/monitors/resources/prom-queries.js';
import { createResourceMonitor } from '../../../src/monitors/resources/run-monitor.js';
import type { PromVectorQuery } from '../../../src/ports/prom-query.js';
import { type FakeServer, startServer } from '../../gateway/stage.js';
import { freePort } from '../../setup/free-port.js';
import { findProgram, startProgram } from '../../setup/program.js';

const prometheus = findProgram('prometheus', process.env['PROMETHEUS'], 'apt-get install prometheus');
const onPrometheus = prometheus === null ? describe.skip : describe;
const INTERFERING = 'a"} or vector(1) or x{b="\\';
const start = Date.now();

/** Metrics as node_exporter, cAdvisor and a client library have them: half a core of one, 600 of 1,000 bytes. */
function page(): string {
  const seconds = (Date.now() - start) / 1000;
  const pod = 'pod="p1",container="model",namespace="ml"';
  return [
    `process_cpu_seconds_total ${seconds * 0.5}`,
    'process_resident_memory_bytes 600',
    `node_cpu_seconds_total{cpu="0",mode="idle"} ${seconds * 0.25}`,
    `node_cpu_seconds_total{cpu="0",mode="user"} ${seconds * 0.75}`,
    'node_memory_MemAvailable_bytes 400',
    'node_memory_MemTotal_bytes 1000',
    'node_filesystem_avail_bytes{mountpoint="/",fstype="ext4"} 100',
    'node_filesystem_size_bytes{mountpoint="/",fstype="ext4"} 1000',
    'node_filesystem_avail_bytes{mountpoint="/tmp",fstype="tmpfs"} 0',
    'node_filesystem_size_bytes{mountpoint="/tmp",fstype="tmpfs"} 1000',
    `node_network_receive_bytes_total{device="eth0"} ${seconds * 300}`,
    `node_network_transmit_bytes_total{device="eth0"} ${seconds * 100}`,
    `node_network_receive_bytes_total{device="lo"} ${seconds * 9000}`,
    `node_network_transmit_bytes_total{device="lo"} ${seconds * 9000}`,
    `container_cpu_usage_seconds_total{${pod}} ${seconds * 0.5}`,
    `container_cpu_usage_seconds_total{pod="p1",container="",namespace="ml"} ${seconds * 0.5}`,
    `container_spec_cpu_quota{${pod}} 100000`,
    `container_spec_cpu_period{${pod}} 100000`,
    `container_memory_working_set_bytes{${pod}} 600`,
    `container_spec_memory_limit_bytes{${pod}} 1000`,
    `container_fs_usage_bytes{${pod}} 900`,
    `container_fs_limit_bytes{${pod}} 1000`,
    `container_network_receive_bytes_total{pod="p1",interface="eth0",namespace="ml"} ${seconds * 300}`,
    `container_network_transmit_bytes_total{pod="p1",interface="eth0",namespace="ml"} ${seconds * 100}`,
    '',
  ].join('\n');
}

interface Answer {
  readonly data: { readonly resultType: string; readonly result: unknown };
}

onPrometheus('on a real Prometheus', () => {
  let url: string;
  let folder: string;
  let exporter: FakeServer;
  let stop: () => Promise<void>;
  const ask = async (query: string) => {
    const body = new URLSearchParams({ query });
    const { data } = await axios.post<Answer>(`${url}/api/v1/query`, body, { proxy: false, timeout: 5000 });
    return data.data;
  };
  const vector: PromVectorQuery = async (query) => {
    const { result } = await ask(query);
    const series = (result as { metric: Record<string, string>; value: [number, string] }[]).map(
      ({ metric, value }) => ({
        labels: metric,
        value: Number(value[1]),
      }),
    );
    return series.length === 0 ? { kind: 'none', why: 'no series' } : { kind: 'series', series, unread: [] };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-prom-'));
    exporter = await startServer(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end(page()),
    );
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = join(folder, 'prometheus.yml');
    await writeFile(
      config,
      `global: { scrape_interval: 1s }
scrape_configs: [ { job_name: models, static_configs: [ { targets: ['${new URL(exporter.url).host}'] } ] } ]`,
    );
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    stop = await startProgram(prometheus ?? '', flags, { ports: [port], ready: `${url}/-/ready` });
    const end = Date.now() + 60_000;
    while (Date.now() < end) {
      const { result } = await ask('count_over_time(process_resident_memory_bytes[30s]) >= 15');
      if ((result as unknown[]).length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error('nothing was scraped');
  });
  afterAll(async () => {
    await stop?.();
    await exporter?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const capacity = { cpuCores: 1, memoryBytes: 1000, networkBytesPerS: 1000 };
  const targetOf = (over: object, more: object = { capacity }) =>
    resources.parse({ kind: 'resources', targets: [{ name: 'all', prometheus: { window: '10s', ...over }, ...more }] })
      .targets[0] as ResourceTarget;

  test.each([
    ['process', { cpu: 0.5, memory: 0.6 }, { capacity: { cpuCores: 1, memoryBytes: 1000 } }],
    ['node', { cpu: 0.75, memory: 0.6, disk: 0.9, network: 0.4 }, { capacity }],
    ['cadvisor', { cpu: 0.5, memory: 0.6, disk: 0.9, network: 0.4 }, { capacity }],
    ['cadvisor', { cpu: 0.5, memory: 0.6, disk: 0.9 }, {}],
  ] as const)('metrics of %s come to their shares', async (from, expected, more) => {
    const queries = resourceQueries(targetOf({ exporter: from }, more));
    expect(Object.keys(queries).sort()).toEqual(Object.keys(expected).sort());
    for (const [resource, share] of Object.entries(expected)) {
      const answer = await vector(
        queries[resource as keyof typeof queries] ?? '',
        new Date(),
        AbortSignal.timeout(5000),
      );
      if (answer.kind !== 'series') throw new Error(`${resource}: ${answer.why}`);
      expect(answer.series).toHaveLength(1);
      expect(answer.series[0]?.labels[from === 'cadvisor' ? 'pod' : 'instance']).toBeDefined();
      // Rates are of a clock that waits for a busy machine.
      expect(Math.abs((answer.series[0]?.value ?? 0) - share)).toBeLessThan(0.1);
    }
  });

  test('a monitor reads them, and blames a version alone where it alone is in trouble', async () => {
    const match = { job: 'models' };
    const spec = resources.parse({
      kind: 'resources',
      enterAfter: 1,
      targets: [
        { name: 'stable', version: 'v1', prometheus: { match }, capacity: { memoryBytes: 10_000 } },
        { name: 'trial', version: 'v2', prometheus: { match }, capacity: { memoryBytes: 600 } },
      ],
    });
    const run = {
      service: 's',
      monitor: 'm',
      at: new Date().toISOString(),
      state: null,
      signal: AbortSignal.timeout(9000),
    };
    const { reading } = await createResourceMonitor({ promVector: vector })(spec, run);
    expect(reading).toMatchObject({ verdict: 'fail', findings: [{ cause: 'version', version: 'v2', value: 1 }] });
    const gone = resources.parse({
      kind: 'resources',
      targets: [{ name: 'gone', capacity: { memoryBytes: 1 }, prometheus: { match: { job: INTERFERING } } }],
    });
    const none = await createResourceMonitor({ promVector: vector })(gone, run);
    expect(none.reading).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('none: no series') });
  });

  test('no label’s value gets out of its quotes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(INTERFERING, '\n', '\\', '"', '{{.}}', '`')),
        async (text) => {
          const { resultType, result } = await ask(promString(text));
          expect([resultType, (result as unknown[])[1]]).toEqual(['string', text]);
        },
      ),
      { numRuns: 25 },
    );
  });
});

test('without a Prometheus, or with a label missing or double, it is inconclusive', async () => {
  const spec = resources.parse({ kind: 'resources', targets: [{ name: 'all', prometheus: { exporter: 'node' } }] });
  const run = {
    service: 's',
    monitor: 'm',
    at: new Date().toISOString(),
    state: null,
    signal: new AbortController().signal,
  };
  const series = [{ labels: { instance: 'a' }, value: 0.1 }];
  const answers: (PromVectorQuery | null)[] = [
    null,
    () => Promise.resolve({ kind: 'timeout', why: 'slow' }),
    () => Promise.resolve({ kind: 'series', series: [{ labels: {}, value: 0.1 }], unread: [] }),
    () => Promise.resolve({ kind: 'series', series: [...series, ...series], unread: [] }),
    () => Promise.resolve({ kind: 'series', series, unread: [{ labels: { instance: 'a' }, why: 'NaN' }] }),
    () => Promise.resolve({ kind: 'series', series, unread: [{ labels: { instance: 'b' }, why: 'NaN' }] }),
    () => Promise.resolve({ kind: 'series', series: [{ labels: { instance: 'a' }, value: -1 }], unread: [] }),
    () =>
      Promise.resolve({
        kind: 'series',
        series: Array.from({ length: 501 }, (_, at) => ({ labels: { instance: `${at}` }, value: 0 })),
        unread: [],
      }),
  ];
  for (const promVector of answers) {
    const { reading } = await createResourceMonitor({ promVector })(spec, run);
    expect(reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
  }
});

test('an instance that turns NaN stays in trouble, whatever its name; others are judged', async () => {
  const spec = resources.parse({
    kind: 'resources',
    enterAfter: 1,
    targets: [{ name: 'all', prometheus: { exporter: 'custom', queries: { cpu: 'cpu' }, by: 'pod' } }],
    limits: [{ resource: 'cpu', enter: 0.9, leave: 0.8, severity: 'critical' }],
  });
  const pod = `${'b'.repeat(199)}\u{1F600}`;
  const [a, b] = [{ labels: { pod: 'a' }, value: 0.2 }, { pod }];
  const run = (state: unknown, answer: Awaited<ReturnType<PromVectorQuery>>) =>
    createResourceMonitor({ promVector: () => Promise.resolve(answer) })(spec, {
      service: 's',
      monitor: 'm',
      at: new Date().toISOString(),
      state,
      signal: new AbortController().signal,
    });
  const bad = await run(null, { kind: 'series', series: [a, { labels: b, value: 0.97 }], unread: [] });
  const blind = await run(bad.state, {
    kind: 'series',
    series: [a],
    unread: [{ labels: b, why: 'the answer is NaN' }],
  });
  expect([bad.reading.verdict, blind.reading.verdict]).toEqual(['fail', 'fail']);
  expect(blind.state).toEqual(bad.state);
  const [key = ''] = Object.keys((blind.state as ResourceState).troubles);
  expect([key, key.isWellFormed()]).toEqual([`all:cpu:critical:${'b'.repeat(199)}…`, true]);
});
