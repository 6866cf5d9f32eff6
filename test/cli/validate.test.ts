import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ValidationReport } from '../../src/domain/validation.js';
import { openStore } from '../../src/stores/open-store.js';
import { findPostgres, startPostgres } from '../setup/postgres.js';
import { type Ran, type Running, startCommand } from '../setup/sluice.js';
import { type SlowModel, startSlowModel } from './slow-model.js';

const ROWS = 200;
let [folder, candidate, baseline] = ['', undefined as unknown as SlowModel, undefined as unknown as SlowModel];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-validate-'));
  [candidate, baseline] = [await startSlowModel(0), await startSlowModel(0)];
  const lines = Array.from({ length: ROWS }, (_, row) => `${row},1,${row % 2}`);
  await writeFile(join(folder, 'rows.csv'), `a,b,label\n${lines.join('\n')}\n`);
});
afterAll(async () => {
  await candidate?.close();
  await baseline?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Set by the test of the history. */
let databaseUrl: string | null = null;

function start(...args: string[]): Running {
  const database = databaseUrl === null ? {} : { DATABASE_URL: databaseUrl };
  const env = { ...database, SLUICE_STATE_DIR: 'state', SLUICE_DATA_DIR: '.' };
  return startCommand(['validate', ...args], { env, cwd: folder });
}
const validate = (...args: string[]): Promise<Ran> => start(...args).ended;

async function writeSpec(checks: string, extra = ''): Promise<string> {
  const text = `
sluice: v1
service: parity
owner: ml-platform
baseline: { version: v1, url: "${baseline.url}" }
candidate: { version: v2, url: "${candidate.url}" }
protocol: { model: parity }
guardrails: [{ metric: error_rate }]
phases:
  validation: { dataset: rows.csv, batchSize: 5, concurrency: 1, checks: [${checks}]${extra} }
  canary: { steps: [{ setWeight: 10, bake: 1s }] }
`;
  await writeFile(join(folder, 'spec.yaml'), text);
  return 'spec.yaml';
}

test('a suite that passes: code 0, a table, reports, and where it is not kept', async () => {
  const spec = await writeSpec('{ metric: accuracy, min: 1, noWorseThan: baseline }, { metric: prediction_bounds }');
  const reports = ['md', 'json', 'junit'].flatMap((format) => ['--report', `${format}=out.${format}`]);
  const ended = await validate('-f', spec, ...reports);
  expect(ended.stderr).toContain('not kept: DATABASE_URL is not set\n');
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('parity  v2 against v1  pass\n') });
  expect(ended.stdout).toMatch(/^✔ +accuracy +100\.00 % +100\.00 % +≥ 100\.00 %, ≥ baseline$/m);
  const report = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8')) as ValidationReport;
  expect(report).toMatchObject({ service: 'parity', verdict: 'pass', dataset: { rows: ROWS }, pass: { resumed: 0 } });
  expect(await readFile(join(folder, 'out.md'), 'utf8')).toContain('# Validation of parity v2 against v1: pass');
  expect(await readFile(join(folder, 'out.junit'), 'utf8')).toContain('<testsuites tests="2" failures="0"');
  expect(await readdir(join(folder, 'state', 'validation'))).toEqual([]);
});

test('one that fails: code 3; one that can’t be measured: code 5; a warning stops nothing', async () => {
  const failing = await validate(
    '-f',
    await writeSpec('{ metric: max_error, min: 1 }, { metric: accuracy, max: 0.5 }'),
    '-o',
    'json',
  );
  expect(failing.code).toBe(3);
  expect((JSON.parse(failing.stdout) as ValidationReport).verdict).toBe('fail');
  const unknown = await validate(
    '-f',
    await writeSpec('{ metric: server_memory, max: 1000 }, { metric: accuracy, min: 1 }'),
  );
  expect(unknown).toMatchObject({ code: 5, stdout: expect.stringMatching(/^\? server_memory: nothing measured/m) });
  const warned = await validate(
    '-f',
    await writeSpec('{ metric: accuracy, max: 0.5, severity: warning }, { metric: mcc, min: 1 }'),
  );
  expect(warned).toMatchObject({ code: 0, stdout: expect.stringContaining('✘ (warning) accuracy: ') });
});

test.each([
  ['a check that is none', '{ metric: acuracy, min: 1 }', [], /^spec\.yaml:\d+:\d+: phases\.validation\.checks\.0/m],
  ['a report nowhere', '{ metric: accuracy, min: 1 }', ['--report', 'md=none/x.md'], /none is not a folder/],
  ['a history nowhere', '{ metric: accuracy, min: 1 }', ['--keep'], /DATABASE_URL is not set/],
])('%s: code 2, and no model is asked', async (_, checks, args, message) => {
  candidate.asked.clear();
  const ended = await validate('-f', await writeSpec(checks), ...args);
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
  expect(candidate.asked.size).toBe(0);
});

test('a spec without a suite, and one that is not there: code 2', async () => {
  const spec = await writeSpec('{ metric: accuracy, min: 1 }');
  const text = await readFile(join(folder, spec), 'utf8');
  await writeFile(join(folder, spec), text.replace(/^ {2}validation:.*\n/m, ''));
  expect(await validate('-f', spec)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('phases.validation is missing'),
  });
  expect(await validate('-f', 'none.yaml')).toMatchObject({ code: 2, stderr: expect.stringContaining('none.yaml') });
});

/** Until the model has answered so many rows. */
async function untilAsked(rows: number): Promise<void> {
  while (candidate.asked.size < rows) await new Promise((resolve) => setTimeout(resolve, 20));
}

test.each([
  ['Ctrl-C', 'SIGINT', 130],
  ['a kill', 'SIGKILL', null],
] as const)(
  '%s ends it at once and leaves no report; the same command goes on',
  async (_, signal, code) => {
    const spec = await writeSpec('{ metric: accuracy, min: 1 }');
    candidate.asked.clear();
    candidate.delayMs = 100;
    const cut = start('-f', spec, '--report', 'md=cut.md');
    // Kept every two seconds.
    await untilAsked(130);
    const cutAt = performance.now();
    cut.child.kill(signal);
    expect((await cut.ended).code).toBe(code);
    // At once, on a machine that may be busy.
    expect(performance.now() - cutAt).toBeLessThan(5000);
    expect((await readdir(folder)).filter((name) => /cut|tmp/.test(name))).toEqual([]);
    expect(await readdir(join(folder, 'state', 'validation'))).toEqual([
      expect.stringMatching(/^parity-[0-9a-f]{16}\.json$/),
    ]);

    candidate.delayMs = 0;
    const again = await validate('-f', spec, '--report', 'md=cut.md', '-o', 'json');
    expect(again.stderr).toMatch(/^goes on with parity-v2-/);
    const report = JSON.parse(again.stdout) as ValidationReport;
    expect(report).toMatchObject({ verdict: 'pass', pass: { resumed: 1 }, dataset: { rows: ROWS } });
    expect(report.checks[0]!.candidate.samples).toBe(ROWS);
    expect(candidate.asked.size).toBe(ROWS);
    const twice = [...candidate.asked.values()].filter((times) => times > 1).length;
    // After Ctrl-C the one batch that was under way; after a kill what was answered since it was kept for the last time.
    expect(twice).toBeLessThan(signal === 'SIGINT' ? 6 : 130);
    expect(await readdir(join(folder, 'state', 'validation'))).toEqual([]);
    await rm(join(folder, 'cut.md'));
  },
  300_000,
);

const postgres = await findPostgres();
(postgres === null ? test.skip : test)(
  'with DATABASE_URL the report is kept, --no-keep does not',
  async () => {
    const server = await startPostgres(postgres!);
    try {
      databaseUrl = await server.createDatabase();
      const spec = await writeSpec('{ metric: accuracy, min: 1 }');
      const kept = await validate('-f', spec, '-o', 'json');
      const report = JSON.parse(kept.stdout) as ValidationReport;
      expect(kept.stderr).toContain(`kept: sluice validations show ${report.id}\n`);
      expect((await validate('-f', spec, '--no-keep')).stderr).toContain('not kept: by --no-keep\n');
      const store = await openStore({ databaseUrl });
      const found = await store.validations.reports({ service: 'parity', limit: 10 });
      expect(found).toEqual([expect.objectContaining({ id: report.id, candidate: 'v2', rolloutId: null })]);
      expect(await store.validations.report(report.id)).toEqual(report);
      await store.close();
    } finally {
      databaseUrl = null;
      await server.stop();
    }
  },
  300_000,
);
