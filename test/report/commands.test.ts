import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import axios from 'axios';
import Fastify, { type FastifyInstance } from 'fastify';
import { answerProblems } from '../../src/api/problem.js';
import { reportRoutes } from '../../src/api/reports.js';
import { plot } from '../../src/cli/commands/plot.js';
import { report } from '../../src/cli/commands/report.js';
import { POLICY } from '../../src/report/html/page.js';
import { decisionsOf, endedState, openRecord, type Recorded, recordTraffic } from './recorded-rollout.js';

let record: Recorded;
let server: FastifyInstance;
let folder: string;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-report-'));
  record = await openRecord();
  const state = endedState('digits', { rolloutId: 'r-digits-1' });
  await record.store.saveRollout(state);
  await record.store.saveRollout(endedState('digits', { rolloutId: 'r-older', startedAt: '2026-10-01T00:00:00.000Z' }));
  for (const decision of decisionsOf(state.rolloutId)) await record.store.appendDecision(decision);
  await recordTraffic(record, state);
  server = Fastify();
  answerProblems(server, () => []);
  reportRoutes(server, record.data());
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  process.env['SLUICE_API'] = url;
}, 120_000);

afterAll(async () => {
  delete process.env['SLUICE_API'];
  await server.close();
  await record.store.close();
  await rm(folder, { recursive: true, force: true });
});

const place = (name: string) => join(folder, name);

test('the page and its twin are written, by service and by id', async () => {
  await report('digits', { output: place('a.html'), json: place('a.json') });
  await report('r-older', { json: place('b.json') });
  const page = await readFile(place('a.html'), 'utf8');
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain('digits: v1 → v2');
  const twin = JSON.parse(await readFile(place('a.json'), 'utf8'));
  expect(twin).toMatchObject({ schema: 'sluice-report/v1', rollout: { rolloutId: 'r-digits-1' } });
  expect(twin.experiments.note).toBe('There has been no look at an A/B evaluation.');
  expect(JSON.parse(await readFile(place('b.json'), 'utf8')).rollout.rolloutId).toBe('r-older');
});

test('the page is served as well, with its policy in the head', async () => {
  const { headers, data } = await axios.get<string>(`${url}/v1/rollouts/digits/report.html`, {
    proxy: false,
    timeout: 20_000,
  });
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toBe(POLICY);
  expect(data).toContain('</html>');
});

test.each([
  ['an unknown rollout', 'r-none', { output: 'x.html' }, 'NOT_FOUND', /no rollout r-none/],
  ['no file', 'digits', {}, 'USAGE', /-o report.html, --json report.json/],
  ['one output for both', 'digits', { output: '-', json: '-' }, 'USAGE', /only one/],
  [
    'a folder that is not there',
    'digits',
    { output: '/nowhere/at/all.html' },
    'USAGE',
    /\/nowhere\/at\/all.html can't be written/,
  ],
])('%s is refused', async (_, name, options, code, message) => {
  await expect(report(name, options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test('a metric is drawn as SVG and as PNG', async () => {
  await plot('digits', { metric: 'accuracy', output: place('a.svg') });
  const svg = await readFile(place('a.svg'), 'utf8');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain('digits: accuracy by version, r-digits-1');
  expect(svg).not.toMatch(/var\(|<style|<script|style=/);
  await plot('digits', { metric: 'latency_p99', output: place('a.png') });
  const png = await readFile(place('a.png'));
  expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1800, 908]);
});

test('what can’t be drawn is named', async () => {
  await expect(plot('digits', { metric: 'f1', output: place('a.svg') })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message:
      'r-digits-1 has no f1 over time: there are accuracy, conversion, error_rate, latency_p50, latency_p95, latency_p99, requests',
  });
  await expect(plot('digits', { metric: 'accuracy', output: 'a.jpeg' })).rejects.toMatchObject({ code: 'USAGE' });
});

test('ten who ask at once share one report', async () => {
  let made = 0;
  const data = record.data();
  const shared = Fastify();
  // PGlite answers without a pause in which others could ask; a server of its own does not.
  const find = async (name: string) => {
    made += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return data.find(name);
  };
  reportRoutes(shared, { ...data, find });
  const asked = await Promise.all(
    Array.from({ length: 10 }, () => shared.inject({ method: 'GET', url: '/v1/rollouts/digits/report' })),
  );
  expect(asked.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 10 }, () => 200));
  expect(made).toBe(1);
  await shared.close();
});
