import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { FeedbackRecord } from '../../src/domain/observation.js';
import { predictionKey } from '../../src/gateway/prediction-key.js';
import { Recorder, type RecorderOptions } from '../../src/gateway/record/recorder.js';
import { Shipper } from '../../src/gateway/record/shipper.js';
import { Spool } from '../../src/gateway/record/spool.js';
import { answers, type FakeServer, startServer } from './stage.js';

let folder: string;
let collector: FakeServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-full-'));
  collector = await startServer(answers(202));
});
afterEach(async () => {
  await collector.close();
  await rm(folder, { recursive: true, force: true });
});

const LONGEST_PATH = 4095;
/** A folder in which files of that length of name can be, and those that are written first under a longer one can't: like a full disk, also for root. */
async function fullFolder(nameLength: number): Promise<string> {
  let path = folder;
  const length = LONGEST_PATH - nameLength - 1;
  while (length - path.length > 256) path = join(path, 'd'.repeat(200));
  path = join(path, 'd'.repeat(length - path.length - 1));
  await mkdir(path, { recursive: true });
  return path;
}

const NAME = /^\d{15}-.{36}-\d{10}\.json$/;
const nameOf = (index: number) =>
  `${String(1_800_000_000_000 + index).padStart(15, '0')}-00000000-0000-4000-8000-000000000000-${String(index).padStart(10, '0')}.json`;
async function spoolOf(path: string, count: number): Promise<Spool> {
  expect(nameOf(0)).toMatch(NAME);
  for (let i = 0; i < count; i += 1) await writeFile(join(path, nameOf(i)), `{"kept":${i}}`);
  return Spool.open(path, 1e6);
}

function parts(spool: Spool, intervalMs: number, over: Partial<RecorderOptions> = {}) {
  const recorder = new Recorder({
    most: 100,
    batchRecords: 100,
    batchBytes: 1e6,
    predictionSample: 1,
    predictionsPerSecond: 100,
    featureSamples: 0,
    exposedUnits: 100,
    ...over,
  });
  const log = () => undefined;
  const more = { collectorToken: null, droppedShadowCopies: () => 0, isInForce: () => true, log };
  const shipper = new Shipper({ gatewayId: 'g1', collectorUrl: collector.url, intervalMs, recorder, spool, ...more });
  return { recorder, shipper };
}
const feedback = (feedbackId: string) => ({ feedbackId }) as FeedbackRecord;
const sent = () => collector.requests.map(({ body }) => JSON.parse(body) as { kept?: number; feedback?: object[] });

test('what waits on a full disk is sent when the collector is back, though the disk takes nothing more', async () => {
  const spool = await spoolOf(await fullFolder(nameOf(0).length), 2);
  const { recorder, shipper } = parts(spool, 60_000);
  recorder.feed([feedback('lost')]);
  await shipper.ship();
  expect([sent().map(({ kept }) => kept), spool.isEmpty, spool.dropped]).toEqual([[0, 1], true, 1]);
  recorder.feed([feedback('shipped')]);
  await shipper.ship();
  expect(sent()[2]?.feedback).toEqual([{ feedbackId: 'shipped' }]);
  await shipper.close(1000);
});

test('what is recorded finds room, however long the collector takes for what waited', async () => {
  const path = join(folder, 'spool');
  await mkdir(path);
  const spool = await spoolOf(path, 30);
  const { recorder, shipper } = parts(spool, 5, { most: 10 });
  let [seen, refused] = [0, 0];
  collector.behaviour = (request, response, body) => {
    seen += 1;
    if (seen <= 30 && !recorder.feed([feedback(String(seen))])) refused += 1;
    setTimeout(() => answers(202)(request, response, body), 10);
  };
  await shipper.ship();
  await shipper.close(5000);
  expect([refused, spool.isEmpty]).toEqual([0, true]);
  expect(sent().flatMap((batch) => batch.feedback ?? [])).toHaveLength(30);
});

test('a gateway that has its key starts though nothing can be written', async () => {
  const path = await fullFolder('prediction.key'.length);
  await writeFile(join(path, 'prediction.key'), 'a key of long ago, kept');
  expect(String(await predictionKey(undefined, path))).toBe('a key of long ago, kept');
});
