import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Column,
  chiSquareOfTable,
  countCodes,
  datasetDrift,
  ksTest,
  logLoss,
  mannWhitneyTest,
  quantiles,
  rocAuc,
  seededRandom,
  wassersteinDistance,
  welchTest,
} from '../src/stats/index.js';
import { PythonPeer } from './python-peer.js';
import { median, printTable } from './table.js';

/** Statistics side by side with scipy, scikit-learn and Evidently: the same numbers, in turn, in one run. */

type Data = Float64Array | Uint8Array;

interface Contest {
  readonly call: string;
  readonly peer: string;
  readonly sizes: readonly number[];
  /** peer's time / ours has to reach this at the largest size. */
  readonly target: number;
  readonly data: (n: number) => [Data, Data];
  readonly ours: (x: Data, y: Data) => number;
}

const random = seededRandom(20261121);
const normal = () => {
  let sum = 0;
  for (let i = 0; i < 12; i += 1) sum += random();
  return sum - 6;
};
const doubles = (n: number, draw: () => number) => Float64Array.from({ length: n }, draw);
const twoNormals = (n: number): [Data, Data] => [doubles(n, normal), doubles(n, () => normal() * 1.01 + 0.01)];
const latencies = (n: number): [Data, Data] => [doubles(n, () => 20 / Math.sqrt(1 - random())), doubles(1, normal)];
const codes = (n: number): [Data, Data] => {
  const column = () => Uint8Array.from({ length: n }, () => Math.floor(random() * 10));
  return [column(), column()];
};
const scores = (n: number): [Data, Data] => {
  const x = doubles(n, random);
  return [x, x.map((p) => (random() < p ? 1 : 0))];
};
/** Every other feature has moved. */
const fiftyFeatures = (n: number): [Data, Data] => [
  doubles(50 * n, normal),
  Float64Array.from({ length: 50 * n }, (_, i) => normal() * 1.05 + (Math.floor(i / n) % 2 === 0 ? 0.03 : 0.3)),
];

function driftReport(x: Data, y: Data): number {
  const rows = x.length / 50;
  const columns = Object.fromEntries(
    Array.from({ length: 50 }, (_, f): [string, Column] => [
      `f${f}`,
      {
        type: 'numeric',
        reference: x.subarray(f * rows, (f + 1) * rows),
        current: y.subarray(f * rows, (f + 1) * rows),
      },
    ]),
  );
  return datasetDrift(columns).driftedCount;
}

const SIZES = [1e3, 1e5, 1e6];
const CONTESTS: readonly Contest[] = [
  { call: 'ks', peer: 'scipy', sizes: SIZES, target: 2, data: twoNormals, ours: (x, y) => ksTest(x, y).statistic },
  { call: 'wasserstein', peer: 'scipy', sizes: SIZES, target: 2, data: twoNormals, ours: wassersteinDistance },
  {
    call: 'mann-whitney',
    peer: 'scipy',
    sizes: SIZES,
    target: 1.5,
    data: twoNormals,
    ours: (x, y) => mannWhitneyTest(x, y).u,
  },
  {
    call: 'welch',
    peer: 'scipy',
    sizes: SIZES,
    target: 0.5,
    data: twoNormals,
    ours: (x, y) => {
      const result = welchTest(x, y);
      return result.kind === 'tested' ? result.t : Number.NaN;
    },
  },
  {
    call: 'quantiles',
    peer: 'numpy',
    sizes: SIZES,
    target: 0.5,
    data: latencies,
    ours: (x) => quantiles(x, [0.5, 0.9, 0.95, 0.99, 0.999])[3] ?? Number.NaN,
  },
  {
    call: 'chi-square',
    peer: 'scipy',
    sizes: SIZES,
    target: 1.5,
    data: codes,
    ours: (x, y) => chiSquareOfTable([countCodes(x, 10), countCodes(y, 10)]).statistic,
  },
  {
    call: 'auc',
    peer: 'scikit-learn',
    sizes: SIZES,
    target: 2,
    data: scores,
    ours: (x, y) => rocAuc(y, x) ?? Number.NaN,
  },
  { call: 'log-loss', peer: 'scikit-learn', sizes: SIZES, target: 1, data: scores, ours: (x, y) => logLoss(y, x) },
  { call: 'drift report, scipy loop', peer: 'scipy', sizes: [1e4], target: 1, data: fiftyFeatures, ours: driftReport },
  {
    call: 'drift report, Evidently preset',
    peer: 'Evidently',
    sizes: [1e4],
    target: 40,
    data: fiftyFeatures,
    ours: driftReport,
  },
];

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const peer = PythonPeer.start('stats_peer.py');
const rows: string[][] = [];
let missed = 0;
try {
  for (const contest of CONTESTS)
    for (const n of contest.sizes) {
      const { oursMs, peerMs, gap } = await run(contest, n);
      const ratio = peerMs / oursMs;
      const last = n === contest.sizes.at(-1);
      if (last && ratio < contest.target) missed += 1;
      const target = last ? `${contest.target}${ratio < contest.target ? ' MISSED' : ''}` : '';
      rows.push([
        contest.call,
        contest.peer,
        n.toExponential(0),
        ms(oursMs),
        ms(peerMs),
        ratio.toFixed(2),
        target,
        gap.toExponential(0),
      ]);
    }
} finally {
  peer.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  `node ${process.version}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores; medians, in turn, same data\n`,
);
printTable(['statistic', 'peer', 'n an arm', 'ours ms', 'peer ms', 'peer / ours', 'at least', 'relative gap'], rows);
process.exitCode = missed === 0 ? 0 : 1;

async function run({ call, data, ours }: Contest, n: number) {
  const [x, y] = data(n);
  const request = {
    call,
    x: join(folder, `${call}-${n}-x`),
    y: join(folder, `${call}-${n}-y`),
    xType: typeOf(x),
    yType: typeOf(y),
  };
  writeFileSync(request.x, new Uint8Array(x.buffer));
  writeFileSync(request.y, new Uint8Array(y.buffer));
  const repeats = call.includes('Evidently') ? 3 : n >= 1e6 ? 9 : 25;
  const [oursMs, peerMs]: [number[], number[]] = [[], []];
  let gap = 0;
  // The first rounds warm up both sides: our compiler, their caches.
  for (let round = -Math.ceil(repeats / 3); round < repeats; round += 1) {
    // A peer that takes seconds leaves our caches cold, and few rounds: several calls each then.
    const [value, took] = timed(() => ours(x, y), call.includes('Evidently') ? 5 : 1);
    const answer = await peer.ask(request);
    gap = Math.abs(value - answer.value) / Math.max(1e-300, Math.abs(answer.value));
    if (round < 0) continue;
    oursMs.push(took);
    peerMs.push(answer.ms);
  }
  return { oursMs: median(oursMs), peerMs: median(peerMs), gap };
}

/** @returns the result, and the median time of `calls` calls */
function timed(call: () => number, calls: number): [number, number] {
  let value = Number.NaN;
  const times = Array.from({ length: calls }, () => {
    const start = performance.now();
    value = call();
    return performance.now() - start;
  });
  return [value, median(times)];
}

function typeOf(values: Data): string {
  return values instanceof Uint8Array ? 'uint8' : 'float64';
}

function ms(value: number): string {
  return value < 10 ? value.toPrecision(3) : value.toFixed(1);
}
