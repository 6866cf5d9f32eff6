import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import axios from 'axios';
import { localModels, readLocalModels } from '../../src/scaling/local/local-models.js';
import { type LocalScaler, startLocalModels } from '../../src/scaling/local/local-scaler.js';
import { createScaler } from '../../src/scaling/scaler.js';

const PROGRAM = fileURLToPath(new URL('model-process.mjs', import.meta.url));
const target = { driver: 'local', name: 'digits' } as const;
const subject = { service: 'digits', version: 'v2', target };
const { signal } = new AbortController();

let scaler: LocalScaler | null = null;
afterEach(async () => {
  await scaler?.stop();
  scaler = null;
  delete process.env['SLUICE_SECRET_PLANTED'];
});

async function start(over: object = {}, args: string[] = []): Promise<LocalScaler> {
  const digits = { command: [process.execPath, PROGRAM, '{port}', ...args], listen: 0, ready: '/ready', ...over };
  scaler = await startLocalModels(localModels.parse({ digits }));
  return scaler;
}
const ask = async (path: string, body = '') => {
  const url = `http://127.0.0.1:${scaler?.ports['digits']}${path}`;
  const { status, data } = await axios.post<{ pid: number } & Record<string, unknown>>(url, body, {
    headers: { 'content-type': 'text/plain', authorization: 'Bearer user' },
    validateStatus: () => true,
    timeout: 5000,
    proxy: false,
  });
  return { status, ...data };
};
async function until(holds: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
const ready = async (wanted: number) => (await scaler?.ready(target, subject, signal))?.ready === wanted;
const lives = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('replicas', () => {
  test('are real processes behind one address, each of which gets its share', async () => {
    const local = await start();
    expect((await ask('/')).status).toBe(503);
    await local.scale(target, 3, subject, signal);
    await until(() => ready(3));
    expect(new Set(local.pids('digits')).size).toBe(3);
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask('/?ms=200', 'hello')));
    expect(new Set(answers.map(({ pid }) => pid))).toEqual(new Set(local.pids('digits')));
    expect(answers[0]).toMatchObject({ status: 200, body: 'hello', authorization: 'Bearer user' });
  });

  test('that go finish what they have begun, and are gone then', async () => {
    const local = await start();
    await local.scale(target, 2, subject, signal);
    await until(() => ready(2));
    const before = [...local.pids('digits')];
    const underWay = Promise.all([ask('/?ms=1500'), ask('/?ms=1500')]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await local.scale(target, 0, subject, signal);
    expect(await ready(0)).toBe(true);
    expect((await ask('/')).status).toBe(503);
    expect((await underWay).map(({ status }) => status)).toEqual([200, 200]);
    await until(() => !before.some(lives));
  });

  test('that crash are replaced; a request that met the crash is told', async () => {
    const local = await start();
    await local.scale(target, 1, subject, signal);
    await until(() => ready(1));
    const [first] = local.pids('digits');
    expect((await ask('/crash')).status).toBe(502);
    await until(async () => (await ready(1)) && local.pids('digits')[0] !== first);
    expect((await ask('/')).status).toBe(200);
  });

  test('that break off in an answer break the answer off', async () => {
    const local = await start();
    await local.scale(target, 1, subject, signal);
    await until(() => ready(1));
    await expect(ask('/half')).rejects.toThrow(/aborted|reset|hang up/i);
  });

  test('that are unwell get no requests', async () => {
    const local = await start();
    await local.scale(target, 2, subject, signal);
    await until(() => ready(2));
    const { pid } = await ask('/sicken');
    await until(() => ready(1));
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask('/')));
    expect(answers.map((answer) => answer.pid)).not.toContain(pid);
  });

  test('are not ready before they say so', async () => {
    const local = await start({}, ['1000']);
    const begun = performance.now();
    await local.scale(target, 1, subject, signal);
    expect(await ready(0)).toBe(true);
    await until(() => ready(1));
    expect(performance.now() - begun).toBeGreaterThan(950);
  });

  test('know nothing of our secrets', async () => {
    process.env['SLUICE_SECRET_PLANTED'] = 'planted';
    const local = await start({ env: { GIVEN: 'this' } });
    await local.scale(target, 1, subject, signal);
    await until(() => ready(1));
    expect(await ask('/')).toMatchObject({ secrets: [], given: 'this' });
  });

  test('of a command that fails are tried ever more slowly, and end with the rest', async () => {
    const local = await start({ command: [process.execPath, '-e', 'process.exit(3) // {port}'] });
    await local.scale(target, 2, subject, signal);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(await ready(0)).toBe(true);
    await local.stop();
  });

  test('of a program that does not exist are no replicas', async () => {
    const local = await start({ command: ['/nowhere/at/all', '{port}'] });
    await local.scale(target, 1, subject, signal);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await ready(0)).toBe(true);
  });

  test('end with their supervisor, also those that a script has started', async () => {
    const local = await start({
      command: ['/bin/sh', '-c', `"${process.execPath}" "${PROGRAM}" {port} & wait`],
    });
    await local.scale(target, 1, subject, signal);
    await until(() => ready(1));
    const { pid } = await ask('/');
    expect(local.pids('digits')).not.toContain(pid);
    await local.stop();
    await until(() => !lives(pid));
  });
});

describe('what is refused', () => {
  test('a name that the operator has not given, and more than the most', async () => {
    const local = await start({ max: 2 });
    const all = createScaler({ http: local as never, local, kubernetes: null });
    await expect(
      all.replicas({ ...subject, target: { driver: 'local', name: 'other' } }, signal),
    ).rejects.toMatchObject({
      code: 'SCALING_REFUSED',
      message: 'SLUICE_LOCAL_MODELS has no other; it has digits',
    });
    await expect(all.scale(subject, 3, signal)).rejects.toThrow('3 replicas of digits are above its max of 2');
    const none = createScaler({ http: local as never, local: null, kubernetes: null });
    await expect(none.ready(subject, signal)).rejects.toThrow('this worker has no SLUICE_LOCAL_MODELS');
  });

  test('a file that is none, or has a command without a port', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-local-'));
    const path = join(folder, 'models.yaml');
    try {
      await expect(readLocalModels(path)).rejects.toMatchObject({ code: 'SPEC_INVALID' });
      await writeFile(path, 'digits: { command: [node, server.js], listen: 8120 }');
      await expect(readLocalModels(path)).rejects.toThrow('{port} is missing');
      await writeFile(path, 'digits: { command: [node, server.js, "{port}"], listen: 8120, cwd: models }');
      expect((await readLocalModels(path))['digits']).toMatchObject({ cwd: join(folder, 'models'), max: 8 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a port that is taken: nothing runs then', async () => {
    const first = await start();
    const digits = { command: [process.execPath, PROGRAM, '{port}'], listen: first.ports['digits'] ?? 0 };
    await expect(startLocalModels(localModels.parse({ digits }))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
