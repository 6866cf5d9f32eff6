import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Peak } from './peak-memory.js';

/** 1024 for the full check; a smaller file has long reached the plateau. */
const MEGABYTES = Number(process.env['SLUICE_TEST_CSV_MB'] ?? 300);
const MOST_GROWTH_MB = 150;
const PIXELS = 64;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-memory-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  `a CSV of ${MEGABYTES} MB is read with less than ${MOST_GROWTH_MB} MB`,
  async () => {
    const { rows, digest } = await generate(join(folder, 'big.csv'));
    const program = join(import.meta.dirname, 'peak-memory.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, folder, 'big.csv'], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const peak = JSON.parse(stdout) as Peak;
    expect(peak).toMatchObject({ rows, digest });
    expect(peak.growthMb).toBeLessThan(MOST_GROWTH_MB);
    process.stderr.write(`${MEGABYTES} MB of CSV, ${rows} rows: ${peak.growthMb.toFixed(0)} MB of growth\n`);
  },
  MEGABYTES * 2000,
);

/** Images of small integers, as the examples have; the same block again and again, as making each row would take longer than reading it. */
async function generate(path: string): Promise<{ rows: number; digest: string }> {
  const header = `${Array.from({ length: PIXELS }, (_, i) => `p${i}`).join(',')},label\n`;
  const line = (row: number) =>
    `${Array.from({ length: PIXELS }, (_, i) => (row * 31 + i * 17) % 256).join(',')},${row % 10}\n`;
  const block = Buffer.from(Array.from({ length: 5000 }, (_, row) => line(row)).join(''));
  const blocks = Math.ceil((MEGABYTES * 2 ** 20) / block.length);
  const hash = createHash('sha256').update(header);
  const file = createWriteStream(path);
  file.write(header);
  for (let i = 0; i < blocks; i += 1) {
    hash.update(block);
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return { rows: blocks * 5000, digest: `sha256:${hash.digest('hex')}` };
}
