import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type StartedApi, startApi } from '../../../src/api/server.js';
import type { Store } from '../../../src/ports/store.js';
import { hasExited } from '../../../src/process/child-process.js';
import { startCommand } from '../../setup/sluice.js';
import { testStore } from '../../setup/store.js';

const TOKEN = 'a-token-of-the-test-suite';
let [store, api, folder, log] = [undefined as unknown as Store, undefined as unknown as StartedApi, '', ''];
let running: ChildProcess[] = [];
let service = 'follow-0';
beforeAll(async () => {
  store = await testStore();
  api = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: TOKEN });
});
afterAll(async () => {
  await api?.close();
  await store?.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-follow-'));
  log = join(folder, 'server.log');
  service = `follow-${Number(service.split('-')[1]) + 1}`;
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
  await rm(folder, { recursive: true, force: true });
});

function follow(
  args: string[] = [],
  url = api.url,
  own: Record<string, string> = {},
): { child: ChildProcess; said: () => string } {
  const all = [
    'logs',
    'follow',
    log,
    '--service',
    service,
    '--version',
    'v1',
    '--state-dir',
    join(folder, 'state'),
    ...args,
  ];
  const { child, said } = startCommand(all, { env: { SLUICE_API: url, SLUICE_ADMIN_TOKEN: TOKEN, ...own } });
  running.push(child);
  return { child, said: () => said.stderr };
}
const linesOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `INFO line ${from + i} done\n`).join('');
const counted = async () => {
  const span = {
    service,
    since: new Date(Date.now() - 3_600_000).toISOString(),
    until: new Date(Date.now() + 3_600_000).toISOString(),
  };
  return (await store.logs.counts(span, 100)).reduce((sum, { lines }) => sum + lines, 0);
};
async function until(wanted: number): Promise<void> {
  const deadline = performance.now() + 90_000;
  while ((await counted()) < wanted && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await counted()).toBe(wanted);
}
async function ended(child: ChildProcess): Promise<number | null> {
  if (!hasExited(child)) await once(child, 'exit');
  return child.exitCode;
}

test('what is there and what comes; a line without an end waits; rotation by rename, and cutting short', async () => {
  await writeFile(log, linesOf(0, 100));
  const { child, said } = follow();
  await until(100);
  await appendFile(log, `${linesOf(100, 9)}INFO half`);
  await until(109);
  await appendFile(log, ' and whole\n');
  await until(110);
  await appendFile(log, 'INFO last of the old\n');
  await rename(log, `${log}.1`);
  await writeFile(log, linesOf(0, 10));
  await until(121);
  await truncate(log, 0);
  await appendFile(log, linesOf(0, 3));
  await until(124);
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  expect(said()).toContain('124 lines sent');
});

test('what was rotated away several times while nobody read is read all the same, oldest first', async () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  const once = async () => expect(await ended(follow(['--once']).child)).toBe(0);
  await writeFile(`${log}.1`, linesOf(0, 3));
  await pause();
  await writeFile(log, linesOf(0, 5));
  await once();
  expect(await counted()).toBe(5);

  await appendFile(log, linesOf(5, 1));
  for (let n = 0; n < 3; n += 1) {
    await pause();
    // As logrotate does it, from the oldest on.
    for (const [from, to] of [
      [`${log}.2`, `${log}.3`],
      [`${log}.1`, `${log}.2`],
      [log, `${log}.1`],
    ] as const)
      await rename(from, to).catch(() => undefined);
    await writeFile(log, linesOf(10 * (n + 1), 10 + n));
  }
  await once();
  expect(await counted()).toBe(5 + 1 + 10 + 11 + 12);
  await once();
  expect(await counted()).toBe(39);

  await appendFile(log, linesOf(0, 2));
  await rename(log, `${log}-20261122`);
  await pause();
  await writeFile(log, linesOf(0, 4));
  await once();
  expect(await counted()).toBe(45);
});

test('kill -9 in the middle, again and again, while the file grows and is rotated: nothing lost, nothing twice', async () => {
  // Several deliveries each time.
  const pad = ' and some more words'.repeat(15);
  let written = 0;
  const write = async (count: number) => {
    await appendFile(log, linesOf(written, count).replaceAll(' done', pad));
    written += count;
  };
  await write(10_000);
  for (let round = 0; round < 3; round += 1) {
    const before = await counted();
    const { child } = follow();
    while ((await counted()) === before) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await ended(child);
    await write(10_000);
    if (round === 1) {
      await rename(log, `${log}.1`);
      await write(500);
    }
  }
  follow();
  await until(written);
}, 300_000);

test('a line of 10 MB and binary ones, between others; --once ends', async () => {
  await writeFile(
    log,
    Buffer.concat([
      Buffer.from(linesOf(0, 5)),
      Buffer.from(`${'x'.repeat(10_000_000)}\n`),
      Buffer.from([0xff, 0x00, 0x0a]),
      Buffer.from(linesOf(5, 5)),
      Buffer.from('INFO no end'),
    ]),
  );
  const { child, said } = follow(['--once']);
  expect(await ended(child)).toBe(0);
  expect(said()).toContain('12 lines sent');
  expect(await counted()).toBe(12);
});

test('an api that is away is waited for; a second follower of the same log is refused', async () => {
  await writeFile(log, linesOf(0, 10));
  const { child, said } = follow([], 'http://127.0.0.1:9');
  while (!said().includes('trying again')) await new Promise((resolve) => setTimeout(resolve, 100));
  const second = follow();
  expect(await ended(second.child)).not.toBe(0);
  expect(second.said()).toContain('STORE_LOCKED');
  child.kill('SIGKILL');
  await ended(child);
  follow();
  await until(10);
});

test('a wrong token ends it, and is in no message', async () => {
  await writeFile(log, linesOf(0, 1));
  const other = await startApi({ store, host: '127.0.0.1', port: 0, adminToken: 'another-token-of-the-suite' });
  const { child, said } = follow(['--once'], other.url);
  expect(await ended(child)).toBe(1);
  expect(said()).toContain('UNAUTHORIZED');
  expect(said()).not.toContain(TOKEN);
  await other.close();
});

test('a token without the right ends it too: nothing is left out; the person’s own goes before the admin’s', async () => {
  await writeFile(log, linesOf(0, 1));
  let brought: string | undefined;
  const refusing = createServer((request, response) => {
    brought = request.headers.authorization;
    request.resume().on('end', () => response.writeHead(403).end());
  }).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const url = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
  const { child, said } = follow(['--once'], url, { SLUICE_TOKEN: 'a-token-of-a-person' });
  expect(await ended(child)).toBe(1);
  expect(said()).toContain('FORBIDDEN');
  expect(brought).toBe('Bearer a-token-of-a-person');
  refusing.close();
  expect(await ended(follow(['--once']).child)).toBe(0);
  expect(await counted()).toBe(1);
});

test('--once: a file that is not there is an error', async () => {
  const { child, said } = follow(['--once']);
  expect(await ended(child)).toBe(1);
  expect(said()).toMatch(/server\.log is not there\n\(NOT_FOUND\)/);
});

test('--from-end leaves out what is there', async () => {
  await writeFile(log, linesOf(0, 50));
  const { child } = follow(['--once', '--from-end']);
  expect(await ended(child)).toBe(0);
  expect(await counted()).toBe(0);
  await appendFile(log, linesOf(50, 2));
  expect(await ended(follow(['--once', '--from-end']).child)).toBe(0);
  expect(await counted()).toBe(2);
});
