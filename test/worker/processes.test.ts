import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { Installation } from '../e2e/installation.js';
import { findPostgres } from '../setup/postgres.js';
import { spawnSluice } from '../setup/sluice.js';
import { newKey, writeKeys } from '../temporal/keys-file.js';
import { type Collector, startCollector } from './otlp-collector.js';

jest.setTimeout(180_000);
const source = await findPostgres();
const withPostgres = source === null ? test.skip : test;
const SETTINGS = ['SLUICE_CODEC_KEYS', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;

let it: Installation;
let collector: Collector;
let link: TemporalLink;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  if (source === null) return;
  it = await Installation.open('processes');
  collector = await startCollector();
  await it.end('worker');
  await writeKeys(join(it.folder, 'keys.json'), 'k1', { k1: newKey() });
  process.env['SLUICE_CODEC_KEYS'] = join(it.folder, 'keys.json');
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
  link = await connectTemporal({ ...temporalSettings(process.env['SLUICE_TEST_TEMPORAL']), namespace: it.namespace });
});
afterAll(async () => {
  for (const name of SETTINGS) delete process.env[name];
  for (const worker of workers) worker.kill('SIGKILL');
  await link?.close();
  await it?.close();
  await collector?.close();
});

const startWorker = async (name: string): Promise<ChildProcess> => {
  const logPath = join(it.folder, `${name}.log`);
  const worker = spawnSluice(['worker'], { env: it['env'], logPath });
  workers.push(worker);
  for (const end = performance.now() + 60_000; ; ) {
    if ((await readFile(logPath, 'utf8').catch(() => '')).includes('worker polls')) return worker;
    if (performance.now() > end) throw new Error(`${name} does not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const terminate = async (worker: ChildProcess): Promise<{ code: number | null; afterMs: number }> => {
  const toldAt = performance.now();
  const ended = once(worker, 'exit') as Promise<[number | null]>;
  worker.kill('SIGTERM');
  const [code] = await ended;
  return { code, afterMs: performance.now() - toldAt };
};

withPostgres('SIGTERM of one worker after the other in a canary step: exit 0, and no lease runs out', async () => {
  const [first, second] = [await startWorker('first'), await startWorker('second')];
  const path = await it.fileFrom('examples/digits-v2.yaml', 'terminated.yaml', [
    [/steps:\n(.*\n)*?(?= {2}abTest)/, 'steps: [ { setWeight: 20, bake: 10m } ]\n'],
    ['minSamples: 200', 'minSamples: 50'],
    [/watch:.*/, 'watch: { tick: 500, window: 300000, lease: 12000 }'],
  ]);
  expect(await it.sluice('start', path)).toMatchObject({ code: 0 });
  await it.until((state) => state.weightPercent === 20);
  const rollout = link.client.workflow.getHandle('rollout/digits');

  const weights: number[] = [];
  const givenUp = new Set<string>();
  const looking = setInterval(() => {
    it.route().then(
      ({ effectiveWeightPercent }) => void weights.push(effectiveWeightPercent),
      () => undefined,
    );
    rollout.describe().then(
      ({ raw }) => {
        for (const { lastFailure } of raw.pendingActivities ?? [])
          if (lastFailure) givenUp.add(lastFailure.applicationFailureInfo?.type ?? 'timeout');
      },
      () => undefined,
    );
  }, 50);
  // Whichever holds the watch: one of these two ends it.
  for (const worker of [first, second]) {
    const { code, afterMs } = await terminate(worker);
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(10_000);
    if (worker === first) await startWorker('third');
    await new Promise((resolve) => setTimeout(resolve, 4000));
  }
  clearInterval(looking);
  expect(weights.length).toBeGreaterThan(100);
  expect(new Set(weights)).toEqual(new Set([20]));
  // The watch was handed over, not missed after a heartbeat's time-out.
  expect([...givenUp]).toEqual(['WorkerShutdown']);
  expect(it.newFailures()).toEqual([]);

  expect((await it.sluice('abort', 'digits', '--reason', 'drill')).code).toBe(0);
  await it.until((state) => state.status === 'aborted');
  // The traces of processes that have ended are here: both said what they had before they went.
  const names = new Set(collector.spans.map(({ name }) => name));
  expect([...names]).toEqual(
    expect.arrayContaining(['StartWorkflow:rollout', 'StartActivity:watch', 'RunActivity:watch']),
  );
});
