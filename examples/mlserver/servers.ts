import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import axios from 'axios';
import { endChild } from '../../src/process/child-process.js';
import { run } from './python.js';

export const VERSIONS = ['v1', 'v2', 'v3'] as const;
export type Version = (typeof VERSIONS)[number];

/** Ports of one MLServer. */
export interface ServerPorts {
  readonly http: number;
  readonly grpc: number;
  readonly metrics: number;
}

/** What training says of a version. */
export interface Trained {
  readonly version: Version;
  /** On the rows held out, 0..1. */
  readonly accuracy: number;
  /** Median time of one row, without a server around it. */
  readonly rowMs: number;
}

const DATA = new URL('../data', import.meta.url).pathname;
const READY_WITHIN_MS = 120_000;

/** Trains all versions into a folder, one folder each. */
export async function train(bin: string, folder: string): Promise<Trained[]> {
  const printed = await run(join(bin, 'python'), [new URL('./train.py', import.meta.url).pathname, DATA, folder]);
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Trained);
}

/** One MLServer a version, each a process of its own, as in production. Ready when this resolves. */
export async function startServers(
  bin: string,
  folder: string,
  ports: Readonly<Record<Version, ServerPorts>>,
): Promise<{ stop: () => Promise<void> }> {
  const children: ChildProcess[] = [];
  const stop = async () => void (await Promise.all(children.map((child) => endChild(child))));
  try {
    for (const version of VERSIONS) {
      await configure(join(folder, version), version, ports[version]);
      children.push(startServer(bin, join(folder, version)));
    }
    await Promise.all(VERSIONS.map((version) => untilReady(ports[version].http, join(folder, version))));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** MLServer reads both files where it is started. */
async function configure(folder: string, version: Version, { http, grpc, metrics }: ServerPorts): Promise<void> {
  const settings = {
    host: '127.0.0.1',
    http_port: http,
    grpc_port: grpc,
    metrics_port: metrics,
    // In this process: a pool of others would hide its memory from the metrics.
    parallel_workers: 0,
  };
  const scores = { name: 'predict_proba', datatype: 'FP64', shape: [-1, 10] };
  const model = {
    name: 'digits',
    implementation: 'mlserver_sklearn.SKLearnModel',
    inputs: [{ name: 'predict', datatype: 'FP32', shape: [-1, 64] }],
    // A support vector machine has no probabilities.
    outputs: [{ name: 'predict', datatype: 'INT64', shape: [-1, 1] }, ...(version === 'v3' ? [] : [scores])],
    parameters: { uri: './model.joblib', version },
  };
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings));
  await writeFile(join(folder, 'digits', 'model-settings.json'), JSON.stringify(model));
}

function startServer(bin: string, folder: string): ChildProcess {
  const log = openSync(join(folder, 'mlserver.log'), 'a');
  // One thread of numbers each: three servers share the machine with everything else.
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  return spawn(join(bin, 'mlserver'), ['start', '.'], { cwd: folder, env, stdio: ['ignore', log, log] });
}

async function untilReady(port: number, folder: string): Promise<void> {
  const url = `http://127.0.0.1:${port}/v2/models/digits/ready`;
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const ready = await axios.get(url, { proxy: false, timeout: 1000 }).catch(() => null);
    if (ready !== null) return;
    if (performance.now() > deadline) {
      const log = await readFile(join(folder, 'mlserver.log'), 'utf8').catch(() => '');
      throw new Error(`${url} is not ready after ${READY_WITHIN_MS} ms: ${log.slice(-2000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
