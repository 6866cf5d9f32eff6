import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axios from 'axios';
import fc from 'fast-check';
import { Gauge, Registry } from 'prom-client';
import { fillPromTemplate } from '../../src/domain/promql.js';
import { queryProvider } from '../../src/domain/spec/query.js';
import { createPromVectorQuery } from '../../src/metrics/prometheus/prometheus.js';
import { readPrometheusSettings } from '../../src/metrics/prometheus/settings.js';
import { createQueryReader } from '../../src/metrics/query-reader.js';
import { createAddressPolicy } from '../../src/net/address-policy.js';
import { parseAllowedPrivate } from '../../src/net/allowed-private.js';
import { type FakeServer, startServer } from '../gateway/stage.js';
import { freePort } from '../setup/free-port.js';
import { findProgram, startProgram } from '../setup/program.js';

const prometheus = findProgram('prometheus', process.env['PROMETHEUS'], 'apt-get install prometheus');
const onPrometheus = prometheus === null ? describe.skip : describe;
/** What somebody might call a version who wants more than one. */
const EVIL = [
  'a"} or vector(1) or x{b="',
  "a'} or vector(1) #",
  'v2|v1',
  '.*',
  '\\',
  '\\"',
  'a\nb',
  '{{version}}',
  '$1',
  '`',
  '',
];

onPrometheus('a real Prometheus that scrapes a real exporter', () => {
  let folder: string;
  let exporter: FakeServer;
  let url: string;
  let stop: () => Promise<void>;
  const variables = {
    service: 'digits',
    version: 'v2',
    candidate: 'v2',
    baseline: 'v1',
    rolloutId: 'r',
    window: '10s',
  };
  const read = (prom: object, over: Partial<typeof variables> = {}) =>
    createQueryReader({
      policy: createAddressPolicy(parseAllowedPrivate('')),
      prometheus: readPrometheusSettings({ SLUICE_PROMETHEUS: url }),
      variables: () => undefined,
    })({
      provider: queryProvider.parse({ prometheus: prom }),
      variables: { ...variables, ...over },
      at: new Date(),
      timeoutMs: 5000,
      signal: new AbortController().signal,
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-metrics-'));
    const registry = new Registry();
    const accuracy = new Gauge({ name: 'model_accuracy', help: 'x', labelNames: ['version'], registers: [registry] });
    accuracy.set({ version: 'v1' }, 0.95);
    accuracy.set({ version: 'v2' }, 0.42);
    const odd = new Gauge({ name: 'odd', help: 'x', labelNames: ['kind'], registers: [registry] });
    odd.set({ kind: 'nan' }, Number.NaN);
    odd.set({ kind: 'inf' }, Number.POSITIVE_INFINITY);
    const evil = new Gauge({ name: 'evil', help: 'x', labelNames: ['version'], registers: [registry] });
    for (const [index, version] of EVIL.entries()) evil.set({ version }, index);
    exporter = await startServer((_, response) => {
      void registry.metrics().then((text) => {
        // A sample with a time of its own gets no marker when it grows stale.
        const old = `old{version="v2"} 1 ${Date.now() - 200_000}\n`;
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text + old);
      });
    });
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const config = join(folder, 'prometheus.yml');
    await writeFile(
      config,
      `global: { scrape_interval: 1s }
scrape_configs: [ { job_name: models, static_configs: [ { targets: ['${new URL(exporter.url).host}'] } ] } ]`,
    );
    stop = await startProgram(
      prometheus ?? '',
      [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
      { ports: [port], ready: `${url}/-/ready` },
    );
    const end = Date.now() + 60_000;
    while ((await read({ query: 'count_over_time(model_accuracy{version="v1"}[20s]) >= 3' })).kind !== 'value') {
      if (Date.now() > end) throw new Error('nothing was scraped');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  });
  afterAll(async () => {
    await stop?.();
    await exporter?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('numbers: of a version, of an expression, of a range, of each series', async () => {
    const query = 'model_accuracy{version="{{version}}"}';
    expect(await read({ query })).toEqual({ kind: 'value', value: 0.42 });
    expect(await read({ query }, { version: 'v1' })).toEqual({ kind: 'value', value: 0.95 });
    expect(await read({ query: 'scalar(sum(model_accuracy)) > bool 1' })).toEqual({ kind: 'value', value: 1 });
    expect(await read({ query: 'avg_over_time(model_accuracy{version=~"{{version}}"}[{{window}}])' })).toEqual({
      kind: 'value',
      value: expect.closeTo(0.42),
    });
    expect(await read({ query, range: { for: '10s', step: '1s', reduce: 'min' } })).toEqual({
      kind: 'value',
      value: 0.42,
    });
    const own = readPrometheusSettings({ SLUICE_PROMETHEUS: url });
    if (own === null) throw new Error('no settings');
    const all = await createPromVectorQuery(own)('model_accuracy', new Date(), new AbortController().signal);
    if (all.kind !== 'series') throw new Error(all.why);
    expect(Object.fromEntries(all.series.map(({ labels, value }) => [labels['version'], value]))).toEqual({
      v1: 0.95,
      v2: 0.42,
    });
  });

  test.each([
    ['none', { query: 'model_accuracy{version="{{rolloutId}}"}' }],
    ['nan', { query: 'odd{kind="nan"}' }],
    ['nan', { query: 'sum(model_accuracy) * 0 / 0' }],
    ['inf', { query: 'odd{kind="inf"}' }],
    ['many', { query: 'model_accuracy' }],
    ['many', { query: 'model_accuracy', range: { for: '10s', step: '1s' } }],
    ['stale', { query: 'old{version="{{version}}"}', maxAge: '1m' }],
    ['invalid', { query: 'sum(' }],
    ['invalid', { query: 'model_accuracy[1m]' }],
    ['invalid', { query: 'model_accuracy + on() model_accuracy' }],
    ['invalid', { query: '"text"' }],
  ])('%s: %j', async (kind, query) => {
    expect(await read(query)).toMatchObject({ kind });
  });

  test('a version’s name finds its own series and no other, as text and in a regular expression', async () => {
    for (const [index, version] of EVIL.entries()) {
      const own = { kind: 'value', value: index };
      expect(await read({ query: 'evil{version="{{version}}"}' }, { version })).toEqual(own);
      expect(await read({ query: `evil{version='{{version}}'}` }, { version })).toEqual(own);
      expect(await read({ query: 'evil{version=~"{{version}}"}' }, { version })).toEqual(own);
      const others = await read({ query: `count(evil{version!~'{{version}}'})` }, { version });
      expect(others).toEqual({ kind: 'value', value: EVIL.length - 1 });
    }
  });

  test('no value of a label gets out of its quotes', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('"', "'", '\\', '}', '{', '`', '\n', '#', ' or ', 'up', '\ud800', '\ufffd', '['),
      }),
      fc.constantFrom(...EVIL),
    );
    const templates = [
      'up{a="{{version}}"}',
      `up{a='{{version}}'}`,
      'up{a=~"{{version}}"}',
      `up{a!~'x{{version}}'}`,
      // What stands before a variable can't join with its value.
      'up{a="\\\\{{version}}"}',
    ];
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...templates), async (version, template) => {
        const query = fillPromTemplate(template, { ...variables, version });
        const params = new URLSearchParams({ query });
        const { data } = await axios.post<{ data: string }>(`${url}/api/v1/format_query`, params, {
          proxy: false,
          timeout: 5000,
        });
        // What Prometheus has read is one selector with one string in it, whatever the string.
        expect(data.data).toMatch(/^up\{a(=|=~|!~)"(?:[^"\\]|\\[\s\S])*"\}$/);
      }),
      { numRuns: 300 },
    );
  });

  test('once it is gone, that is said', async () => {
    await stop();
    expect(await read({ query: 'up' })).toEqual({ kind: 'unreachable', why: 'ECONNREFUSED' });
  });
});
