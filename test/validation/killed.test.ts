import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SuiteProcessResult } from './suite-process.js';
import { checkOf, SuiteStage } from './suite-stage.js';

let stage: SuiteStage;
const children: ChildProcess[] = [];
beforeEach(async () => {
  stage = await new SuiteStage().open();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await stage.close();
});

const ROWS = 4000;
const PLAN = { dataset: 'x.csv', batchSize: 10, checks: [{ metric: 'accuracy', min: 0.9 }] };

test('a process that is killed is gone on from by another one, from the rows that were kept', async () => {
  await stage.writeRows(ROWS);
  stage.candidate.delayMs = 40; // some ten seconds in all
  const first = start();
  let kept = 0;
  while (kept === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    kept = await keptRows();
  }
  // Some more, that are answered and not kept.
  await new Promise((resolve) => setTimeout(resolve, 300));
  first.kill('SIGKILL');
  await once(first, 'exit');
  kept = await keptRows();
  // What was under way is still being answered.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  stage.candidate.seen.length = 0;
  stage.candidate.delayMs = 0;
  const { report } = await resultOf(start());
  expect(report).toMatchObject({ verdict: 'pass', pass: { resumed: 1, requests: ROWS / 10 }, dataset: { rows: ROWS } });
  expect(checkOf(report, 'accuracy').candidate).toEqual({ samples: ROWS, value: 1 });
  const seen = stage.candidate.seen.toSorted((a, b) => a - b);
  expect(seen).toEqual(Array.from({ length: ROWS - kept }, (_, i) => kept + i));
  expect(await keptRows()).toBe(ROWS);
}, 300_000);

function start(): ChildProcess {
  const program = join(import.meta.dirname, 'suite-process.ts');
  const args = ['--import', 'tsx', program, stage.folder.path, stage.candidate.url, JSON.stringify(PLAN)];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function resultOf(child: ChildProcess): Promise<SuiteProcessResult> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return JSON.parse(text) as SuiteProcessResult;
}

async function keptRows(): Promise<number> {
  const text = await readFile(join(stage.folder.path, 'progress.json'), 'utf8').catch(() => null);
  return text === null ? 0 : ((JSON.parse(text) as { pass: { rows: number } | null }).pass?.rows ?? 0);
}
