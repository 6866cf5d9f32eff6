import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningModelServer, startModelServer } from '../../examples/model-server/server.js';
import type { ValidationReport } from '../../src/domain/validation.js';
import { runCommand } from '../setup/sluice.js';

let [folder, v1, v2] = ['', undefined as unknown as RunningModelServer, undefined as unknown as RunningModelServer];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-example-'));
  v1 = await startModelServer({ version: 'v1', port: 0 });
  v2 = await startModelServer({ version: 'v2', port: 0 });
}, 120_000);
afterAll(async () => {
  await v1?.close();
  await v2?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the example as a user does, with the servers where they are. */
async function validate(
  baseline: string,
  candidate: string,
): Promise<{ code: number | null; report: ValidationReport }> {
  const text = await readFile('examples/digits-validation.yaml', 'utf8');
  const spec = join(folder, 'spec.yaml');
  await writeFile(
    spec,
    text.replaceAll('http://127.0.0.1:8110', baseline).replaceAll('http://127.0.0.1:8120', candidate),
  );
  const command = ['validate', '-f', spec, '-o', 'json', '--no-keep'];
  const { code, stdout, stderr } = await runCommand(command, { env: { SLUICE_STATE_DIR: folder } });
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as ValidationReport };
}

test('v2 passes every check of it', async () => {
  const { code, report } = await validate(v1.url, v2.url);
  // The servers' memory is that of this process, with all that jest holds.
  const ours = report.checks.filter(({ name }) => name !== 'server_memory');
  expect(ours.filter(({ verdict }) => verdict !== 'pass').map(({ reason }) => reason)).toEqual([]);
  expect(code).toBe(0);
  const accuracy = report.checks.find(({ name }) => name === 'accuracy');
  expect(accuracy?.reason).toBe('accuracy: candidate 98.55 %, baseline 93.31 % on 897 rows');
}, 240_000);

test('the other way round it fails, with the numbers', async () => {
  const { code, report } = await validate(v2.url, v1.url);
  expect(code).toBe(3);
  const failing = report.checks.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name);
  expect(failing).toEqual(expect.arrayContaining(['accuracy', 'accuracy by label', 'f1', 'log_loss']));
  expect(report.checks[0]?.reason).toBe(
    'accuracy: candidate 93.31 %, baseline 98.55 % on 897 rows; below the minimum of 95.00 %',
  );
}, 240_000);
