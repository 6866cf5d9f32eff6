import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fetch } from 'undici';
import { readFeedback } from '../../src/gateway/feedback.js';
import { PredictionIds } from '../../src/gateway/prediction-id.js';
import { GatewayStage, until } from './stage.js';

const ids = new PredictionIds(Buffer.from('a key for the tests'));
const claims = {
  service: 'digits',
  arm: 'candidate',
  version: 'v2',
  epoch: 3,
  at: Date.parse('2026-01-01T00:00:00Z'),
} as const;

describe('a prediction id', () => {
  test('says what it was made from, and is never made twice', () => {
    expect(ids.verify(ids.make(claims).id)).toEqual({ ok: true, claims });
    expect(ids.make(claims).id).not.toBe(ids.make(claims).id);
  });

  test('can not be changed, cut or made with another key', () => {
    const id = ids.make(claims).id;
    const other = new PredictionIds(Buffer.from('another key')).make(claims).id;
    for (const forged of [
      `${id}x`,
      id.slice(0, -1),
      id.replace('~c~', '~b~'),
      other,
      '',
      'p2~~',
      `p2~${'a'.repeat(500)}~AAAA`,
    ])
      expect(ids.verify(forged)).toMatchObject({ ok: false });
  });

  test('from the future is refused', () => {
    expect(ids.verify(ids.make({ ...claims, at: Date.now() + 3_600_000 }).id)).toEqual({
      ok: false,
      reason: 'prediction id from the future',
    });
  });
});

describe('the feedback parser', () => {
  const predictionId = ids.make(claims).id;
  test.each([
    [
      'a label',
      { predictionId, kind: 'label', label: '7' },
      { label: '7', value: null, arm: 'candidate', version: 'v2', epoch: 3 },
    ],
    ['a thumb', { predictionId, kind: 'thumb', value: true }, { label: null, value: 1 }],
    ['revenue', { predictionId, kind: 'revenue', value: 12.5 }, { value: 12.5 }],
  ])('takes %s', (_, item, expected) => {
    expect(readFeedback(JSON.stringify(item), ids).records).toMatchObject([expected]);
  });

  test.each([
    ['not JSON', '{', /not JSON/],
    ['an unknown kind', JSON.stringify({ predictionId, kind: 'shrug' }), /kind/],
    ['a label without a label', JSON.stringify({ predictionId, kind: 'label', value: 1 }), /label/],
    ['a thumb of 5', JSON.stringify({ predictionId, kind: 'thumb', value: 5 }), /5/],
    ['an unknown key', JSON.stringify({ predictionId, kind: 'thumb', value: 1, who: 'me' }), /who/],
    ['Infinity', `{"predictionId":"${predictionId}","kind":"revenue","value":1e999}`, /value/],
    ['too many', JSON.stringify(Array.from({ length: 1001 }, () => 1)), /at most 1000/],
  ])('rejects %s', (_, body, reason) => {
    const { records, rejected } = readFeedback(body, ids);
    expect(records).toEqual([]);
    expect(rejected[0]?.reason).toMatch(reason);
  });

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => void readFeedback(body, ids)),
      { numRuns: 1000 },
    );
  });
});

describe('over HTTP', () => {
  let stage: GatewayStage;
  beforeEach(async () => {
    stage = await GatewayStage.open();
  });
  afterEach(() => stage.close());

  test('good items are kept, bad ones named', async () => {
    const { predictionId } = await stage.infer('user-1');
    const good = { predictionId, kind: 'label', label: '7' };
    const { status, body } = await stage.feedback(JSON.stringify([good, { ...good, predictionId: 'forged' }]));
    expect({ status, body }).toEqual({
      status: 202,
      body: { accepted: 1, rejected: [{ index: 1, reason: 'not a prediction id' }] },
    });
    await until(() => stage.batches().some((batch) => batch.feedback.length > 0));
    expect(stage.batches().flatMap((b) => b.feedback)).toMatchObject([
      { predictionId, label: '7', arm: 'baseline', version: 'v1' },
    ]);
  });

  test('ids that we did not make, or will make, are refused and the forged counted', async () => {
    const ours = new PredictionIds(await readFile(join(stage.stateDir, 'prediction.key')));
    const item = { kind: 'label', label: '7' };
    const { status, body } = await stage.feedback(
      JSON.stringify([
        { ...item, predictionId: ids.make(claims).id },
        { ...item, predictionId: ours.make({ ...claims, at: Date.now() + 3_600_000 }).id },
        { ...item, predictionId: 'p2~x' },
      ]),
    );
    expect([status, body['rejected']]).toEqual([
      422,
      [
        { index: 0, reason: 'forged prediction id' },
        { index: 1, reason: 'prediction id from the future' },
        { index: 2, reason: 'not a prediction id' },
      ],
    ]);
    const metrics = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toContain('sluice_gateway_feedback_total{kind="unknown",outcome="forged"} 1');
    expect(metrics).toContain('sluice_gateway_feedback_total{kind="unknown",outcome="future"} 1');
    expect(metrics).toContain('sluice_gateway_feedback_total{kind="unknown",outcome="unknown"} 1');
  });

  test('is never answered with a fault of ours, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.object()).map((a) => JSON.stringify(a)),
        ),
        async (body) => {
          expect([202, 422]).toContain((await stage.feedback(body)).status);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('nothing good is refused whole', async () => {
    expect((await stage.feedback('[{"predictionId":"x","kind":"label","label":"7"}]')).status).toBe(422);
  });
});
