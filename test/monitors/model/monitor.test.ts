import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { MonitorOutcome } from '../../../src/domain/monitor.js';
import { featureMonitor } from '../../../src/domain/spec/monitors/features.js';
import { modelMonitor } from '../../../src/domain/spec/monitors/model.js';
import { createFeatureMonitor } from '../../../src/monitors/features/run-monitor.js';
import { createModelMonitor } from '../../../src/monitors/model/run-monitor.js';
import type { Store } from '../../../src/ports/store.js';
import { seededRandom } from '../../../src/stats/sample/random.js';
import { testStore } from '../../setup/store.js';
import { batchOf, labelFor, newService, predictionOf } from '../../stores/observation-fixtures.js';
import { stateOf } from '../../stores/rollout-fixtures.js';
import { type Answered, type Change, drawWindow, rowsOf } from '../drift/world.js';

const START = Date.parse('2026-11-01T00:00:00Z');
const HOUR = 3_600_000;
const at = (hour: number) => new Date(START + hour * HOUR).toISOString();

let store: Store;
let service: string;
let rows: Answered[];
let random: () => number;
beforeAll(async () => {
  store = await testStore();
  rows = rowsOf('tumours');
});
beforeEach(async () => {
  service = newService();
  random = seededRandom(5);
  await store.saveRoute({
    service,
    protocol: { kind: 'open-inference', model: 'm', unitKey: 'header:x-user-key' },
    epoch: 1,
    rolloutId: null,
    salt: 's',
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    candidate: null,
    weightPercent: 0,
    shadowPercent: 0,
    leaseMs: null,
  });
});
afterAll(() => store?.close());

/** Rows are drawn by their ids: with the same ones each time, the same rows. */
let ids = 0;
function nextId(): string {
  ids += 1;
  return `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`;
}

/** Real rows with a real model's answers, recorded as gateways do over an hour; labels come a day later. */
async function record(hour: number, change: Change, count = 400, version = 'v1', labels = true) {
  const drawn = drawWindow(rows, 'tumours', change, count, random);
  const predictions = drawn.map(({ predicted, score }, i) =>
    predictionOf(service, {
      predictionId: nextId(),
      at: new Date(START + hour * HOUR + i * 5000).toISOString(),
      version,
      label: predicted,
      score,
    }),
  );
  const features = predictions.map(({ predictionId, rolloutId, epoch, arm, segment, at: when, label, score }, i) => ({
    predictionId,
    service,
    rolloutId,
    epoch,
    arm,
    version,
    segment,
    at: when,
    features: drawn[i]?.features ?? {},
    label,
    score,
  }));
  const feedback = labels
    ? predictions.map((one, i) => labelFor(one, drawn[i]?.truth ?? '', { receivedAt: at(hour + 24) }))
    : [];
  await store.appendObservations(batchOf({ predictions, features, feedback }));
}

async function promoted(version: string, hour: number) {
  const state = stateOf(service, { candidate: version, status: 'promoted', startedAt: at(hour) });
  const cutover = { ...state.phases.cutover, status: 'passed', endedAt: at(hour) } as const;
  await store.saveRollout({ ...state, phases: { ...state.phases, cutover } });
}

const NARROW = { window: 300, reference: { from: 'promotion', rows: 300, length: '30m' } };
const runOf = (hour: number, state: unknown) => ({
  service,
  monitor: 'm',
  at: at(hour),
  state: JSON.parse(JSON.stringify(state ?? null)) as unknown,
  signal: new AbortController().signal,
});
const model = (hour: number, over: object = {}, state: unknown = null): Promise<MonitorOutcome> =>
  createModelMonitor(store.monitorData)(modelMonitor.parse({ kind: 'model', ...NARROW, ...over }), runOf(hour, state));
const features = (hour: number, over: object = {}, state: unknown = null): Promise<MonitorOutcome> =>
  createFeatureMonitor(store.monitorData)(
    featureMonitor.parse({ kind: 'features', ...NARROW, ...over }),
    runOf(hour, state),
  );
const keys = ({ reading }: MonitorOutcome) => reading.findings.map(({ key }) => key);

test('the reference is fixed after the promotion and stays; a change is found in the first window after it', async () => {
  expect((await model(0)).reading).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('no rollout has promoted v1'),
  });
  await promoted('v1', 0);
  expect((await model(0.2)).reading.reason).toContain('fills until 2026-11-01T00:30:00.000Z');
  await record(0, 'none');
  const filling = await model(0.5, { reference: { from: 'promotion', rows: 1000, length: '30m' } });
  expect(filling.reading.reason).toMatch(/has \d+ of 1000 rows/);

  const fixed = await model(0.6);
  expect(fixed.state).toEqual({ reference: { version: 'v1', promotedAt: at(0), until: at(0.5) } });
  await record(1, 'none');
  const quiet = await model(2, {}, fixed.state);
  expect(quiet.reading).toMatchObject({ verdict: 'pass', findings: [] });
  expect(quiet.state).toEqual(fixed.state);
  expect((await features(2)).reading).toMatchObject({ verdict: 'pass' });

  await record(3, 'concept');
  const drifted = await model(4, {}, fixed.state);
  expect(drifted.reading).toMatchObject({ verdict: 'fail' });
  expect(keys(drifted)).toEqual(expect.arrayContaining(['model:concept', 'model:accuracy']));
  expect(keys(await features(4))).toEqual([]);

  await record(5, 'covariate');
  expect(keys(await features(6))).toContain('features:dataset');

  // Another promotion is another reference.
  await promoted('v1', 7);
  expect((await model(7.1, {}, fixed.state)).reading.reason).toContain('fills until');
});

test('labels that are late: quality is of the newest that have theirs', async () => {
  await promoted('v1', 0);
  await record(0, 'none');
  await record(1, 'none');
  await record(30, 'none', 400, 'v1', false);
  const { reading } = await model(31);
  expect(reading).toMatchObject({ verdict: 'pass' });
  expect(reading.values.find(({ metric }) => metric === 'accuracy')).toMatchObject({ samples: 300 });
  expect(reading.values.find(({ metric }) => metric === 'labelled_share')?.value).toBeLessThan(0.5);
  // Labels of a week ago say nothing of today.
  expect((await model(31, { labelMaxAge: '2h' })).reading.reason).toContain('the window has 0 labelled predictions');
});

test('traffic has stopped: old predictions do not pass for new ones', async () => {
  await promoted('v1', 0);
  await record(0, 'none');
  await record(1, 'none');
  expect((await model(50)).reading).toMatchObject({ verdict: 'inconclusive' });
  expect((await features(50)).reading.reason).toContain('the window has 0 samples of features');
});

test('a candidate is compared with the baseline at the same time', async () => {
  const route = await store.latestRoute(service);
  if (route === null) throw new Error('no route');
  const over = { version: 'candidate', reference: { from: 'baseline' }, window: 400 };
  expect((await model(1, over)).reading.reason).toContain('no candidate of');
  await store.saveRoute({
    ...route,
    epoch: 2,
    candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
    weightPercent: 50,
    leaseMs: 30_000,
  });
  await record(0, 'none');
  await record(0, 'concept', 400, 'v2');
  const { reading } = await model(1, over);
  expect(reading).toMatchObject({ verdict: 'fail' });
  expect(reading.findings[0]).toMatchObject({ key: 'model:accuracy', version: 'v2', cause: 'version' });
  expect((await features(1, over)).reading.verdict).toBe('pass');
});

test('a stretch that is given', async () => {
  await record(0, 'none');
  await record(2, 'covariate');
  const reference = { from: 'stretch', since: at(0), until: at(1) };
  expect(keys(await features(3, { reference }))).toContain('features:dataset');
  expect((await features(0.5, { reference })).reading.reason).toContain('nothing has come since');
});
