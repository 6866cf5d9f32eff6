import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ScriptedModel } from './scripted-model.js';
import type { SuiteProcessResult } from './suite-process.js';

/** 1000000 for the full check (bench/validation.ts makes it too); fewer have long reached the plateau. */
const ROWS = Number(process.env['SLUICE_TEST_SUITE_ROWS'] ?? 100_000);
const FEW = 10_000;
/** The short run ends before V8 has grown its heap to what it likes to work with. */
const MOST_MORE_MB = 150;

let folder: string;
const model = new ScriptedModel();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-suite-memory-'));
  model.label = (first) => first % 3;
  await model.start();
});
afterAll(async () => {
  await model.stop();
  await rm(folder, { recursive: true, force: true });
});

const CHECKS = [
  { metric: 'accuracy', min: 0.1, noWorseThan: 'baseline', margin: 1 },
  { metric: 'f1', min: 0, by: 'site' },
  { metric: 'prediction_drift', method: 'psi', max: 100 },
  { metric: 'agreement', min: 0 },
  { metric: 'prediction_bounds' },
  { metric: 'determinism', rows: 100 },
];

test(
  `a suite takes as much memory for ${ROWS} rows as for ${FEW}`,
  async () => {
    const [few, many] = [await run(FEW), await run(ROWS)];
    process.stderr.write(`${FEW} rows: ${few.toFixed(0)} MB; ${ROWS} rows: ${many.toFixed(0)} MB of growth\n`);
    expect(many - few).toBeLessThan(MOST_MORE_MB);
  },
  300_000 + ROWS * 4,
);

async function run(rows: number): Promise<number> {
  await generate(join(folder, `${rows}.csv`), rows);
  const schema = { features: ['n', 'x'] };
  const plan = { dataset: { source: `${rows}.csv`, schema }, batchSize: 1000, checks: CHECKS };
  const program = join(import.meta.dirname, 'suite-process.ts');
  const args = ['--import', 'tsx', program, folder, model.url, JSON.stringify(plan)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  const { report, growthMb } = JSON.parse(stdout) as SuiteProcessResult;
  expect(report).toMatchObject({ verdict: 'pass', dataset: { rows } });
  model.seen.length = 0;
  return growthMb;
}

async function generate(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('n,x,site,label\n');
  for (let from = 0; from < rows; from += 1000) {
    const lines = Array.from({ length: 1000 }, (_, i) => `${from + i},${i / 7},s${i % 5},${(from + i) % 3}\n`);
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}
