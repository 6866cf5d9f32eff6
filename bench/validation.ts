import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import axios from 'axios';
import type { SuiteProcessResult } from '../test/validation/suite-process.js';
import { assertInstalled, endAll, run, wrk } from './processes.js';
import { median, printTable } from './table.js';

/**
 * The validation suite beside wrk, in turns: the same batches to the same example server, each in a process of its own. wrk sends one body again and again and
 * reads no answer; the suite reads rows, makes bodies, reads answers and counts. Then the suite's memory from few rows to many.
 */
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 4);
const CONCURRENCY = 8;
const BATCH = 50;
const ROWS = 10_000;
const MANY = Number(process.env.MANY ?? 1_000_000);
/** Of so many suites in a row the last is measured, as a worker is warm, and so is the server. */
const WARM = Number(process.env.WARM ?? 12);
const LEAST_SHARE = 0.5;
/** Between the plateau, where V8 has grown its heap to what it likes to work with, and the end. */
const PLATEAU = 300_000;
const MOST_GROWTH_MB = 50;
/** Left to itself, V8 lets garbage lie where there is memory, and the process's size tells more of that than of what is held. */
const TIGHT = ['--max-old-space-size=64', '--max-semi-space-size=4'];
const [MODEL_PORT, QUICK_PORT] = [8191, 8192];

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-validation-'));
const missed: string[] = [];
const target = (holds: boolean, what: string) => {
  if (!holds) missed.push(what);
};
const [header = '', ...lines] = readFileSync('examples/data/digits-holdout.csv', 'utf8').trim().split('\n');

/** The hold-out again and again, each time with one pixel changed. */
async function generate(rows: number): Promise<string> {
  const file = createWriteStream(join(folder, `${rows}.csv`));
  file.write(`${header}\n`);
  for (let row = 0; row < rows; row += 1) {
    const cells = (lines[row % lines.length] ?? '').split(',');
    cells[row % 64] = String((Number(cells[row % 64]) + Math.floor(row / lines.length)) % 17);
    if (!file.write(`${cells.join(',')}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return `${rows}.csv`;
}

async function suite(
  port: number,
  dataset: string,
  runs: number,
  flags: readonly string[] = [],
): Promise<SuiteProcessResult> {
  const checks = [
    { metric: 'accuracy', min: 0 },
    { metric: 'f1', min: 0 },
    { metric: 'prediction_bounds' },
    { metric: 'latency_p99', max: '1h' },
  ];
  const plan = JSON.stringify({ dataset, batchSize: BATCH, concurrency: CONCURRENCY, checks });
  const args = [
    ...flags,
    '--import',
    'tsx',
    'test/validation/suite-process.ts',
    folder,
    `http://127.0.0.1:${port}`,
    plan,
    String(runs),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as SuiteProcessResult;
}

function writeScript(): string {
  const data = lines.slice(0, BATCH).flatMap((line) => line.split(',').slice(0, 64).map(Number));
  const inputs = [{ name: 'predict', shape: [BATCH, 64], datatype: 'FP32', data }];
  const script = join(folder, 'post.lua');
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.path = "/v2/models/digits/infer"\nwrk.headers["content-type"] = "application/json"\nwrk.body = [[${JSON.stringify({ inputs })}]]\n`,
  );
  return script;
}

async function throughput(): Promise<void> {
  const [script, dataset] = [writeScript(), await generate(ROWS)];
  const rounds: { wrk: number; suite: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { requests, errors } = wrk(MODEL_PORT, SECONDS, CONCURRENCY, script);
    target(errors === 0, `wrk met ${errors} errors`);
    const { report } = await suite(MODEL_PORT, dataset, WARM);
    target(report.dataset.rows === ROWS, `the suite asked ${report.dataset.rows} rows`);
    rounds.push({ wrk: (requests * BATCH) / SECONDS, suite: report.pass.rowsPerSecond });
  }
  const shares = rounds.map((round) => round.suite / round.wrk);
  const cells = rounds.map((round, at) => [
    String(at + 1),
    round.wrk.toFixed(0),
    round.suite.toFixed(0),
    (shares[at] ?? 0).toFixed(2),
  ]);
  printTable(['round', 'wrk, rows/s', 'suite, rows/s', 'share'], cells);
  const share = median(shares);
  console.log(`\nmedian share ${share.toFixed(2)} (target: over ${LEAST_SHARE})\n`);
  target(share > LEAST_SHARE, `the suite gets ${share.toFixed(2)} of wrk's rows/s, target over ${LEAST_SHARE}`);
}

async function untilAnswering(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/v2/models/digits/ready`;
  for (let tries = 0; ; tries += 1) {
    try {
      await axios.get(url, { proxy: false, timeout: 1000, validateStatus: () => true });
      return;
    } catch (error) {
      if (tries > 300) throw new Error(`nobody answers on port ${port}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function memory(): Promise<void> {
  const cells: string[][] = [];
  const growth: number[] = [];
  for (const rows of [ROWS, Math.min(PLATEAU, MANY), MANY]) {
    const { growthMb, report } = await suite(QUICK_PORT, await generate(rows), 1, TIGHT);
    growth.push(growthMb);
    cells.push([String(rows), growthMb.toFixed(0), report.pass.rowsPerSecond.toFixed(0)]);
    rmSync(join(folder, `${rows}.csv`));
  }
  printTable(['rows', 'memory, MB over the start', 'rows/s'], cells);
  const [, plateau = 0, most = 0] = growth;
  target(most - plateau < MOST_GROWTH_MB, `memory grows by ${(most - plateau).toFixed(0)} MB up to ${MANY} rows`);
}

try {
  assertInstalled('wrk');
  const server = ['--import', 'tsx', 'examples/model-server/main.ts', '--version', 'v1', '--port', String(MODEL_PORT)];
  run(process.execPath, server);
  run(process.execPath, ['--import', 'tsx', 'bench/validation-server.ts', String(QUICK_PORT)]);
  await Promise.all([untilAnswering(MODEL_PORT), untilAnswering(QUICK_PORT)]);
  await throughput();
  await memory();
} catch (error) {
  missed.push(error instanceof Error ? error.message : String(error));
} finally {
  await endAll();
  rmSync(folder, { recursive: true, force: true });
}
for (const what of missed) console.error(`missed: ${what}`);
process.exit(missed.length > 0 ? 1 : 0);
