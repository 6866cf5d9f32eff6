import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SluiceError } from '../../../src/domain/errors.js';
import { nodeCommand } from '../../../src/process/child-process.js';
import { CustomStage, SO_FAR } from './stage.js';

let stage: CustomStage;
beforeEach(async () => {
  stage = await CustomStage.open();
});
afterEach(() => stage.close());

const PASS = `{ verdict: 'pass', reason: 'fine' }`;
/** Command lines of processes that are about a module of this test. */
const processes = () =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`PLANTED=${stage.folder}`);
      } catch {
        return false;
      }
    });

async function eventually<T>(look: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const seen = await look();
    if (seen) return seen;
    await sleep(25);
  }
  throw new Error('it did not come');
}

describe('a module', () => {
  test('is told all that the suite knows, and its verdict, number and details are the result', async () => {
    const result = await stage.module(
      `export async function validate({ candidate, baseline, ...rest }) {
        console.log('hello from the check');
        const told = { ...rest, candidate: candidate.version + ' ' + candidate.url, baseline: baseline.version };
        return { verdict: 'fail', reason: 'seen\\n 3 of 10', value: 0.3, details: { told } };
      }`,
      { with: { most: 2, list: ['a', null] }, rows: 4, severity: 'warning' },
    );
    expect(result).toEqual({
      name: 'mine',
      metric: 'custom',
      severity: 'warning',
      verdict: 'fail',
      reason: 'mine: seen 3 of 10',
      candidate: { samples: 4, value: 0.3 },
      baseline: { samples: 0, value: null },
      limits: {},
      better: null,
      details: {
        output: 'hello from the check',
        told: {
          check: 'mine',
          service: 'digits',
          rolloutId: 'digits-1',
          candidate: 'v2 http://127.0.0.1:8120',
          baseline: 'v1',
          with: { most: 2, list: ['a', null] },
          results: SO_FAR,
          columns: { features: ['a', 'b'], label: 'label', fields: ['region'] },
          sample: [0, 2, 5, 7].map((at) => stage.sample[at]),
        },
      },
    });
    expect(stage.beats).toContain('custom check mine');
  });

  test.each([
    ['a default function', 'a.mjs', `export default () => (${PASS});`],
    ['TypeScript', 'a.ts', `const check: () => object = () => (${PASS}); export default check;`],
    [
      'TypeScript with an import',
      'b.ts',
      `import { fine } from './fine.js'; export const validate = () => fine as object;`,
    ],
    ['CommonJS', 'a.js', `module.exports = async () => (${PASS});`],
    ['CommonJS with a name', 'a.js', `exports.validate = () => (${PASS});`],
    ['a .js with import and export', 'a.js', `import 'node:fs'; export const validate = () => (${PASS});`],
    ['a folder', 'checks/deep/a.mjs', `export const validate = () => (${PASS});`],
  ])('may be %s', async (_, path, text) => {
    await stage.file('fine.ts', `export const fine: object = ${PASS};`);
    expect(await stage.module(text, {}, path)).toMatchObject({ verdict: 'pass', reason: 'mine: fine' });
  });

  test('asks both models through the worker', async () => {
    const result = await stage.module(`export async function validate({ candidate, baseline }) {
      const [a, b] = await Promise.all([candidate.infer([[1, 0], [2, 0]]), baseline.infer([[1, 0]])]);
      const reason = [...a.predictions, ...b.predictions].map(({ label }) => label).join(' ') + ' in ' + a.latencyMs;
      return { verdict: 'pass', reason };
    }`);
    expect(result.reason).toBe('mine: 1 2 101 in 1');
    expect([stage.candidate.calls, stage.baseline.calls]).toEqual([[2], [1]]);
  });

  test('that asks for too much is refused, and may say so', async () => {
    const result = await stage.module(`export async function validate({ candidate }) {
      const failures = [];
      const ask = (rows) => candidate.infer(rows).catch(({ code, message }) => failures.push(code + ' ' + message));
      await ask(Array.from({ length: 1001 }, () => [1]));
      for (let i = 0; i < 1001; i += 1) await ask([[i]]);
      return { verdict: 'pass', reason: failures.join('; ') };
    }`);
    expect(result.reason).toMatch(/^mine: USAGE 1001 rows in a call, at most 1000; USAGE more than 1000 calls(; |$)/);
    expect(stage.candidate.calls).toHaveLength(999);
  });

  test('hears why a model did not answer; where it does not care, that is the reason', async () => {
    stage.candidate.infer = () => Promise.reject(new SluiceError('MODEL_UNREACHABLE', 'digits v2: it is down'));
    expect(await stage.module(`export const validate = ({ candidate }) => candidate.infer([[1]]);`)).toMatchObject({
      verdict: 'inconclusive',
      reason: 'mine: could not be measured: it threw: digits v2: it is down',
    });
  });

  test('has none of the secrets of the worker’s environment', async () => {
    process.env['SLUICE_SECRET_PLANTED'] = 'planted';
    process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --no-deprecation`;
    const { reason } = await stage.module(
      `export const validate = () => ({ verdict: 'pass', reason: Object.keys(process.env).sort().join(' ') });`,
    );
    expect(reason).toMatch(/^mine: HOME PATH( TZ)?$/);
  });
});

describe('a module that gives no verdict is inconclusive:', () => {
  const inconclusive = async (text: string, reason: string | RegExp, timeout = 90_000) => {
    const result = await stage.module(text, { timeout });
    expect(result).toMatchObject({ verdict: 'inconclusive', candidate: { samples: 0, value: null } });
    expect(result.reason.replace('mine: could not be measured: ', '')).toMatch(
      typeof reason === 'string' ? new RegExp(reason) : reason,
    );
    return result;
  };

  test.each([
    ['throws at once', `throw new Error('on load');`, '^it threw: on load$'],
    [
      'throws',
      `export const validate = () => { throw new TypeError('no such column'); };`,
      '^it threw: no such column$',
    ],
    ['rejects with a text', `export const validate = () => Promise.reject('sorry');`, '^it threw: sorry$'],
    [
      'throws where nobody waits',
      `export const validate = () => new Promise(() => setTimeout(() => { throw new Error('later'); }, 5));`,
      '^it threw: later$',
    ],
    ['is no JavaScript', `export const validate = (`, '^it threw: '],
    ['exports no function', `export const check = 1;`, '^it threw: it exports no function: expected `validate`'],
    [
      'exits',
      `export const validate = () => process.exit(0);`,
      '^its process ended by exit code 0 before it gave a verdict$',
    ],
    ['exits on load', `process.exit(3);`, 'exit code 3'],
    ['aborts', `process.abort();`, 'ended by SIGABRT'],
    ['kills itself', `process.kill(process.pid, 'SIGKILL'); await new Promise(() => {});`, 'ended by SIGKILL'],
    ['returns nothing', `export const validate = () => {};`, '^its answer is no verdict: it is missing'],
    [
      'says ok',
      `export const validate = () => ({ verdict: 'ok', reason: 'x' });`,
      '^its answer is no verdict: verdict is "ok": .*inconclusive',
    ],
    ['says true', `export const validate = () => true;`, '^its answer is no verdict: it is true'],
    ['gives no reason', `export const validate = () => ({ verdict: 'pass' });`, 'reason is missing'],
    [
      'gives an empty reason',
      `export const validate = () => ({ verdict: 'pass', reason: ' \\n' });`,
      'reason is .*: it is empty',
    ],
    ['measures NaN', `export const validate = () => ({ verdict: 'pass', reason: 'x', value: NaN });`, 'value is "NaN"'],
    [
      'measures infinity',
      `export const validate = () => ({ verdict: 'pass', reason: 'x', value: -1 / 0 });`,
      'value is "-Infinity"',
    ],
    [
      'gives a reason of 10 MB',
      `export const validate = () => ({ verdict: 'pass', reason: 'x'.repeat(1e7) });`,
      'it has 10000000 characters, at most 2000',
    ],
    [
      'gives details of 1 MB',
      `export const validate = () => ({ verdict: 'pass', reason: 'x', details: { all: 'x'.repeat(1e6) } });`,
      'over 65536 bytes',
    ],
    [
      'gives what is no JSON',
      `export const validate = () => ({ verdict: 'pass', reason: 'x', details: { big: 1n } });`,
      '^it threw: .*BigInt',
    ],
    [
      'answers 40 MB',
      `export const validate = () => ({ verdict: 'pass', reason: 'x'.repeat(4e7) });`,
      'it said more than 33554432 bytes at once',
    ],
    [
      'writes into the channel',
      `import fs from 'node:fs'; fs.writeSync(3, 'garbage\\n'); export const validate = () => new Promise(() => {});`,
      'what is no message',
    ],
  ])('%s', async (_, text, reason) => {
    await inconclusive(text, reason);
  });

  test('one that hangs, waiting or looping, ends with its time', async () => {
    const before = performance.now();
    for (const body of [`new Promise((r) => setTimeout(r, 1e6))`, `{ for (;;); }`])
      await inconclusive(`export const validate = () => ${body};`, '^no verdict within 1000 ms$', 1000);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('one that takes all memory, in the heap or beside it', async () => {
    const heap = `const all = []; export const validate = () => { for (;;) all.push(new Array(1e5).fill(Math.random())); };`;
    await inconclusive(heap, 'ran out of its 512 MB of heap', 60_000);
    const beside = `const all = []; export const validate = async () => { for (;;) { all.push(Buffer.alloc(2e7, 1)); await new Promise((r) => setTimeout(r, 5)); } };`;
    await inconclusive(beside, 'took more than 1024 MB of memory', 60_000);
  }, 130_000);

  test('what it printed last is kept, without the codes of terminals', async () => {
    const { details } = await inconclusive(
      `console.log('x'.repeat(5000)); console.error('\\u001b[31mred\\u0007 end'); process.exitCode = 4; process.exit();`,
      'exit code 4',
    );
    const output = String(details?.['output']);
    expect(output).toMatch(/x\n?\[31mred end$/);
    expect(output.length).toBeLessThanOrEqual(2048);
  });

  test('its children end with it', async () => {
    const spawns = `import { spawn } from 'node:child_process';
      spawn('sleep', ['600'], { env: { PLANTED: ${JSON.stringify(stage.folder)}, PATH: process.env.PATH }, stdio: 'ignore' });
      await new Promise((r) => setTimeout(r, 200));`;
    await inconclusive(`${spawns} export const validate = () => { throw new Error('done'); };`, 'it threw: done');
    await eventually(async () => processes().length === 0);
  });
});

test('a validator does not outlive a worker that is killed, whatever it does', async () => {
  await stage.file(
    'loop.mjs',
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(join(stage.folder, 'pid'))}, String(process.pid)); for (;;);`,
  );
  const worker = spawn(
    process.execPath,
    [...nodeCommand(new URL('./looping-worker.ts', import.meta.url)), join(stage.folder, 'loop.mjs')],
    { stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const pid = await eventually(async () => Number(await readFile(join(stage.folder, 'pid'), 'utf8').catch(() => '')));
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  worker.kill('SIGKILL');
  await eventually(async () => !existsSync(`/proc/${pid}`));
});

test('a run that is called off ends at once, and is no result', async () => {
  const running = stage.module(`export const validate = () => { for (;;); };`);
  setTimeout(() => stage.ending.abort(new Error('called off')), 300);
  await expect(running).rejects.toThrow('called off');
});

describe('a path', () => {
  test.each([
    ['../outside.mjs', 'it leads upwards'],
    ['checks/../../outside.mjs', 'it leads upwards'],
    ['/etc/outside.mjs', 'it is absolute'],
    ['C:\\outside.mjs', 'it is absolute'],
    ['node_modules/tsx/dist/loader.mjs', 'it lies in node_modules'],
    ['check.sh', 'expected a .js, .mjs or .ts file'],
    ['.mjs', 'expected a .js, .mjs or .ts file'],
    ['a\0.mjs', 'no control characters'],
    ['link.mjs', 'it lies outside of SLUICE_DATA_DIR'],
    ['up/outside.mjs', 'it lies outside of SLUICE_DATA_DIR'],
    ['missing.mjs', 'no such file'],
    ['folder.mjs', 'not a regular file'],
  ])('%j is refused: %s', async (path, why) => {
    const outside = await CustomStage.open();
    try {
      await outside.file('outside.mjs', `throw new Error('it ran');`);
      await symlink(join(outside.folder, 'outside.mjs'), join(stage.folder, 'link.mjs'));
      await symlink(outside.folder, join(stage.folder, 'up'));
      await stage.file('folder.mjs/a.txt', '');
      const { verdict, reason } = await stage.run({ module: path });
      expect(verdict).toBe('inconclusive');
      expect(reason).toContain('module ');
      expect(reason).toContain(why);
      expect(reason).not.toContain('it ran');
    } finally {
      await outside.close();
    }
  });

  test('that is absolute is refused inside of the folder too', async () => {
    const path = await stage.file('a.mjs', `export const validate = () => (${PASS});`);
    const { reason } = await stage.run({ module: join(stage.folder, path) });
    expect(reason).toContain('it is absolute');
  });
});
