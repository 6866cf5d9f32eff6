import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fetch } from 'undici';
import { featuresOf as featuresIn } from '../../src/gateway/record/features.js';
import { type Behaviour, GatewayStage, predicts, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

const featuresOf = (body: Buffer) => featuresIn(stage.route().protocol, body);

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

const scores =
  (score: number, label = 'yes'): Behaviour =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        outputs: [
          { name: 'predict', data: [label] },
          { name: 'predict_proba', shape: [1, 1], data: [score] },
        ],
      }),
    );

describe('shadow pairs', () => {
  test('are summed whether they are sampled or not, with scores and a tolerance', async () => {
    await stage.close();
    stage = await GatewayStage.open({ shadowQueue: 100 }, { predictionSample: 0 });
    [stage.v1.behaviour, stage.v2.behaviour] = [scores(0.5), scores(0.75, 'no')];
    await stage.apply({ shadowPercent: 100, traffic: policyOf({ scoreTolerance: 0.3 }) });
    for (let i = 0; i < 5; i += 1) await stage.infer(`user-${i}`);
    // What still waits when a newer route comes is not sent.
    await until(() => stage.counts()['shadow']?.requests === 5);
    await stage.apply({ epoch: 2, shadowPercent: 100, traffic: policyOf({ scoreTolerance: 0.2 }) });
    for (let i = 0; i < 3; i += 1) await stage.infer(`user-${i}`);
    await until(() => stage.counts()['shadow']?.requests === 8);
    await stage.gateway.close();
    const buckets = stage.batches().flatMap(({ shadowBuckets }) => shadowBuckets);
    const sum = (epoch: number, value: (b: (typeof buckets)[number]) => number) =>
      buckets.filter((b) => b.epoch === epoch).reduce((total, b) => total + value(b), 0);
    expect([sum(1, (b) => b.pairs), sum(1, (b) => b.compared), sum(1, (b) => b.agreed)]).toEqual([5, 5, 5]);
    expect([sum(2, (b) => b.pairs), sum(2, (b) => b.agreed)]).toEqual([3, 0]);
    expect(sum(1, (b) => b.scoreDifference.sum)).toBeCloseTo(1.25);
    expect(stage.batches().flatMap(({ shadowPairs }) => shadowPairs)).toEqual([]);
    await stage.restart();
  });

  test('whose candidate makes no prediction do not agree; of what is not known nothing is said', async () => {
    const says =
      (body: string, status = 200, headers = {}): Behaviour =>
      (_, response) =>
        void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    stage.v1.behaviour = scores(0.5);
    const candidates = [
      says('{"outputs":[{"name":"predict","data":[NaN]}]}'),
      says('{"error":"no such feature"}', 422),
      says('{"detail":"not loaded"}'),
      says('not the first byte of gzip', 200, { 'content-encoding': 'gzip' }),
    ];
    for (const [at, behaviour] of candidates.entries()) {
      stage.v2.behaviour = behaviour;
      await stage.apply({ epoch: at + 1, shadowPercent: 100 });
      await stage.infer('user-1');
      await until(() => stage.counts()['shadow']?.requests === at + 1);
    }
    await stage.gateway.close();
    const pairs = stage.batches().flatMap(({ shadowBuckets }) => shadowBuckets);
    expect(
      pairs.map(({ epoch, compared, agreed, candidateErrors }) => [epoch, compared, agreed, candidateErrors]),
    ).toEqual([
      [1, 1, 0, 0],
      [2, 1, 0, 0],
      [3, 1, 0, 0],
      [4, 0, 0, 0],
    ]);
    await stage.restart();
  });

  test('by a tolerance: no text is near 0', async () => {
    [stage.v1.behaviour, stage.v2.behaviour] = [predicts('0.05'), predicts('')];
    await stage.apply({ shadowPercent: 100, traffic: policyOf({ scoreTolerance: 0.1 }) });
    await stage.infer('user-1');
    await until(() => stage.counts()['shadow']?.requests === 1);
    await stage.gateway.close();
    expect(stage.batches().flatMap(({ shadowBuckets }) => shadowBuckets)).toMatchObject([{ compared: 1, agreed: 0 }]);
    await stage.restart();
  });

  test('of a candidate out of its mind are counted like others, and do not get the batch refused', async () => {
    [stage.v1.behaviour, stage.v2.behaviour] = [scores(-1e308), scores(1e308, 'no')];
    await stage.apply({ shadowPercent: 100 });
    for (let i = 0; i < 5; i += 1) await stage.infer(`user-${i}`);
    await until(() => stage.counts()['shadow']?.requests === 5);
    await stage.gateway.close();
    const totals = stage.batches().flatMap(({ shadowBuckets }) => shadowBuckets.map((b) => b.scoreDifference));
    expect(totals.reduce((sum, total) => sum + total.count, 0)).toBe(5);
    expect(totals.reduce((sum, total) => sum + total.sum, 0)).toBe(5e15);
    await stage.restart();
  });
});

describe('exposures', () => {
  test('are recorded once a unit and weight, by the arm it was assigned to', async () => {
    await stage.apply({ weightPercent: 50, recordsExposures: true });
    for (let round = 0; round < 3; round += 1) for (let i = 0; i < 20; i += 1) await stage.infer(`user-${i}`);
    await stage.apply({ epoch: 2, weightPercent: 50 });
    await stage.infer('user-99');
    await stage.gateway.close();
    const exposures = stage.batches().flatMap((batch) => batch.exposures);
    expect(exposures).toHaveLength(20);
    expect(new Set(exposures.map(({ arm }) => arm))).toEqual(new Set(['baseline', 'candidate']));
    expect(JSON.stringify(exposures)).not.toContain('user-');
    await stage.restart();
  });
});

describe('samples of features', () => {
  const ask = (body: string) =>
    fetch(`${stage.gateway.dataUrl}/v2/models/digits/infer`, { method: 'POST', body }).then((answer) => answer.text());

  test('are so many of each version, however many requests there are', async () => {
    await stage.close();
    stage = await GatewayStage.open({ featureSamples: 7 });
    const body = '{"inputs":[{"name":"x","shape":[1,2],"data":[1.5,null]},{"name":"city","shape":[1],"data":["Ulm"]}]}';
    for (let i = 0; i < 40; i += 1) await ask(body);
    await stage.gateway.close();
    const samples = stage.batches().flatMap(({ features }) => features);
    // A bucket of 10 s may have ended in between.
    expect([7, 14]).toContain(samples.length);
    expect(samples[0]).toMatchObject({
      version: 'v1',
      label: 'one',
      features: { 'x.0': 1.5, 'x.1': null, city: 'Ulm' },
    });
    await stage.restart();
  });

  test('are read from any body without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => void featuresOf(Buffer.from(body))),
      { numRuns: 500 },
    );
    expect(featuresOf(Buffer.from('{"inputs":[{"name":"__proto__","data":[1]}]}'))).not.toBeNull();
    expect(
      featuresOf(Buffer.from(JSON.stringify({ inputs: [{ name: 'x', shape: [1, 501], data: Array(501).fill(1) }] }))),
    ).toBeNull();
  });
});

test('names of features are the users’, and such as a database takes', () => {
  const service = {
    kind: 'json',
    unitKey: 'request',
    path: '/predict',
    features: { pointer: '' },
    prediction: '/label',
    batch: false,
  } as const;
  const body = '{"a\\u0000b":1,"half \\ud83d":2,"__proto__":3,"constructor":4,"' + 'x'.repeat(300) + '":5}';
  expect(Object.entries(featuresIn(service, Buffer.from(body)) ?? {})).toEqual([
    ['ab', 1],
    ['half \ufffd', 2],
    ['constructor', 4],
    ['x'.repeat(200), 5],
  ]);
});

describe('what is shown', () => {
  test('/_sluice/stats tells how each service is routed and how its versions do', async () => {
    await stage.apply({ weightPercent: 100 });
    for (let i = 0; i < 10; i += 1) await stage.infer(`user-${i}`);
    const stats = (await (await fetch(`${stage.gateway.dataUrl}/_sluice/stats`)).json()) as { services: unknown[] };
    expect(stats.services).toMatchObject([
      {
        service: 'digits',
        epoch: 1,
        baseline: 'v1',
        candidate: 'v2',
        weightPercent: 100,
        trip: null,
        versions: [{ version: 'v2', arm: 'candidate', requests: 10, errors: 0 }],
      },
    ]);
  });

  test('metrics carry exemplars where they are asked for, and only there', async () => {
    const { predictionId } = await stage.infer('user-1');
    const metrics = async (accept: string) =>
      (await fetch(`${stage.gateway.adminUrl}/metrics`, { headers: { accept } })).text();
    const open = await metrics('application/openmetrics-text; version=1.0.0');
    expect(open).toContain(`# {prediction_id="${predictionId}"}`);
    expect(open.trimEnd().endsWith('# EOF')).toBe(true);
    expect(await metrics('text/plain')).not.toContain('prediction_id');
  });

  test('late, repeated and continued-use feedback is counted as what it is', async () => {
    const { predictionId } = await stage.infer('user-1');
    const item = { predictionId, kind: 'continued-use', value: true };
    expect((await stage.feedback(JSON.stringify([item, item]))).body).toMatchObject({ accepted: 2 });
    expect((await stage.feedback(JSON.stringify(item))).status).toBe(202);
    const metrics = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toContain('sluice_gateway_feedback_total{kind="continued-use",outcome="accepted"} 1');
    expect(metrics).toContain('sluice_gateway_feedback_total{kind="continued-use",outcome="duplicate"} 2');
  });
});
