import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { trialRoute } from '../../../src/domain/exposure.js';
import type { Route } from '../../../src/domain/route.js';
import type * as OpenRouterModule from '../../../src/traffic/open-router.js';
import type { RouterOptions } from '../../../src/traffic/open-router.js';
import { answers, type FakeServer, startServer } from '../../gateway/stage.js';
import { specOf } from '../../plan/specs.js';
import { freePort } from '../../setup/free-port.js';
import { findProgram, startProgram } from '../../setup/program.js';
import { type RouterStage, routerContract } from '../../traffic/router-contract.js';
import { blocksOf } from '../pages.js';
import { ExtendedSources } from './extended-sources.js';

const haproxy = findProgram(
  'haproxy',
  process.env['HAPROXY'],
  'install it (Debian: apt-get install haproxy) or set HAPROXY',
);

/** What the page says of HAProxy's own configuration. */
const text = await readFile('docs/extending.md', 'utf8');
const rules = blocksOf({ path: 'docs/extending.md', text }).find((block) => block.text.startsWith('http-request'));

let sources: ExtendedSources;
const servers: FakeServer[] = [];
beforeAll(async () => {
  sources = await ExtendedSources.with('A traffic driver');
  servers.push(await startServer(answers(201)), await startServer(answers(202)));
});
afterAll(() => Promise.all([sources?.remove(), ...servers.map((server) => server.close())]));

/** A real HAProxy before two servers, and the driver that the addresses of SLUICE_GATEWAYS choose. */
async function openStage(): Promise<RouterStage & { url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-haproxy-'));
  const [socket, map, port] = [join(folder, 'admin.sock'), join(folder, 'sluice.map'), await freePort()];
  const backends = servers.map(({ url }, at) => `backend v${at + 1}\n  server one ${new URL(url).host}\n`);
  await writeFile(map, 'digits 0\n');
  await writeFile(
    join(folder, 'haproxy.cfg'),
    `global\n  stats socket ${socket} level admin\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 60s\n  timeout server 60s\n` +
      `frontend digits\n  bind 127.0.0.1:${port}\n${rules?.text.replace('/etc/haproxy/sluice.map', map)}\n${backends.join('')}`,
  );
  const stop = await startProgram(haproxy as string, ['-db', '-f', join(folder, 'haproxy.cfg')], { ports: [port] });
  const { openRouter } = await sources.load<typeof OpenRouterModule>('src/traffic/open-router.ts');
  const routerAt = (path: string) => openRouter({ adminUrls: [`haproxy:${path}#${map}`] } satisfies RouterOptions);
  return {
    url: `http://127.0.0.1:${port}`,
    router: await routerAt(socket),
    deaf: await routerAt(`${socket}.gone`),
    route: (over) => ({ ...ROUTE, ...over }),
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

const ROUTE: Route = trialRoute(specOf(), 'digits-1', 1, { weightPercent: 0, shadowPercent: 0 });

(haproxy === null ? describe.skip : describe)('the driver of the page', () => {
  routerContract('HAProxy', openStage);

  test('does not take a service that HAProxy does not have for confirmed', async () => {
    const stage = await openStage();
    try {
      await expect(stage.router.apply(stage.route({ service: 'other' }))).rejects.toThrow(/not found/i);
    } finally {
      await stage.close();
    }
  });

  test('moves users, each of them always to the same version, and back when the lease is over', async () => {
    const stage = await openStage();
    const units = Array.from({ length: 400 }, (_, unit) => `user-${unit}`);
    const statuses = () =>
      Promise.all(units.map(async (unit) => (await fetch(stage.url, { headers: { 'x-user-key': unit } })).status));
    const ofCandidate = (seen: readonly number[]) => seen.filter((status) => status === 202).length;
    try {
      await stage.router.apply(stage.route({ weightPercent: 30, leaseMs: 60_000 }));
      const seen = await statuses();
      expect(ofCandidate(seen)).toBeGreaterThan(80);
      expect(ofCandidate(seen)).toBeLessThan(160);
      expect(await statuses()).toEqual(seen);
      await stage.router.apply(stage.route({ epoch: 2, weightPercent: 30, leaseMs: 1000 }));
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await statuses()).toEqual(units.map(() => 201));
      await stage.router.apply(
        stage.route({ epoch: 3, baseline: { version: 'v2', url: '' }, candidate: null, leaseMs: null }),
      );
      expect(ofCandidate(await statuses())).toBe(units.length);
    } finally {
      await stage.close();
    }
  });
});
