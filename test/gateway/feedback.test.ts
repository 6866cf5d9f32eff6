import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fetch } from 'undici';
import { LATE_AFTER_MS } from '../../src/domain/feedback.js';
import type { ObservationBatch } from '../../src/domain/observation.js';
import { readFeedback } from '../../src/gateway/feedback.js';
import { PredictionIds, subKey } from '../../src/gateway/prediction-id.js';
import { hexOf, sipHashOfText } from '../../src/gateway/sip-hash.js';
import { GatewayStage, until } from './stage.js';

const ids = new PredictionIds(Buffer.from('a key for the tests'));
const reader = {
  ids,
  knows: (service: string) => service === 'digits',
  lateAfterMs: { ...LATE_AFTER_MS, thumb: 3_600_000 },
  source: 'http',
};
const claims = {
  service: 'digits',
  arm: 'candidate',
  version: 'v2',
  epoch: 3,
  at: Date.parse('2026-01-01T00:00:00Z'),
} as const;

const made = () => ids.make(claims, 'user-1').id;

describe('a prediction id', () => {
  test('says what it was made from, and is never made twice', () => {
    const unitHash = ids.hashUnit('user-1');
    expect(ids.verify(made())).toEqual({ ok: true, claims: { ...claims, unitHash } });
    expect(made()).not.toBe(made());
  });

  test('carries its unit in a way that nobody else can read, or tell from another', () => {
    const [first, second] = [made(), made()].map((id) => id.split('~')[7] ?? '');
    expect(first).toHaveLength(11);
    expect(first).not.toBe(second);
    fc.assert(
      fc.property(fc.string({ maxLength: 50 }), (unit) => {
        expect(ids.verify(ids.make(claims, unit).id)).toMatchObject({ claims: { unitHash: ids.hashUnit(unit) } });
      }),
    );
  });

  test('of an older gateway is believed, without a unit', () => {
    const key = subKey(Buffer.from('a key for the tests'), 'prediction');
    const body = `p2~digits~c~v2~3~${claims.at.toString(36)}~AbCdEfGh1~`;
    const id = body + hexOf(sipHashOfText(key, body));
    expect(ids.verify(id)).toEqual({ ok: true, claims: { ...claims, unitHash: null } });
  });

  test('can not be changed, cut or made with another key', () => {
    const id = made();
    const other = new PredictionIds(Buffer.from('another key')).make(claims, 'user-1').id;
    for (const forged of [
      `${id}x`,
      id.slice(0, -1),
      id.replace('~c~', '~b~'),
      other,
      '',
      id.replace('p3~', 'p2~'),
      id.replace(/~[^~]+(?=~[^~]+$)/, ''),
      'p2~~',
      `p2~${'a'.repeat(500)}~AAAA`,
    ])
      expect(ids.verify(forged)).toMatchObject({ ok: false });
  });

  test('from the future is refused', () => {
    expect(ids.verify(ids.make({ ...claims, at: Date.now() + 3_600_000 }, 'user-1').id)).toEqual({
      ok: false,
      reason: 'prediction id from the future',
    });
  });
});

describe('the feedback parser', () => {
  const predictionId = made();
  const now = Date.parse('2026-01-01T02:00:00Z');
  const read = (item: unknown) => readFeedback(JSON.stringify(item), reader, now);
  test.each([
    [
      'a label',
      { predictionId, kind: 'label', label: '7' },
      { label: '7', value: null, arm: 'candidate', version: 'v2', epoch: 3 },
    ],
    ['a thumb', { predictionId, kind: 'thumb', value: true }, { label: null, value: 1 }],
    ['revenue', { predictionId, kind: 'revenue', value: 12.5 }, { value: 12.5, currency: null }],
    ['revenue in a currency', { predictionId, kind: 'revenue', value: -3, currency: 'JPY' }, { currency: 'JPY' }],
    ['a rating', { predictionId, kind: 'rating', value: 4 }, { value: 4, scale: [1, 5] }],
    [
      'a rating on its own scale',
      { predictionId, kind: 'rating', value: 0, scale: [0, 10] },
      { value: 0, scale: [0, 10] },
    ],
    [
      'the answer to a known question',
      { predictionId, kind: 'survey', survey: 'nps', value: 9 },
      { survey: 'nps', value: 9, scale: [0, 10] },
    ],
    [
      'the answer to another question',
      { predictionId, kind: 'survey', survey: 'was-it-easy', value: 3, scale: [1, 3] },
      { survey: 'was-it-easy', scale: [1, 3] },
    ],
    ['a click', { predictionId, kind: 'click', item: 17 }, { item: '17', value: 1 }],
    [
      'when it happened, and who says so',
      { predictionId, kind: 'conversion', value: 1, at: '2026-01-01T02:30:00+01:00', source: 'crm' },
      { occurredAt: '2026-01-01T01:30:00.000Z', receivedAt: '2026-01-01T02:00:00.000Z', source: 'crm' },
    ],
    [
      'what a unit did',
      { unitId: 'user-1', service: 'digits', kind: 'conversion', value: 1, feedbackId: 'f-1' },
      {
        feedbackId: 'f-1',
        unitHash: ids.hashUnit('user-1'),
        service: 'digits',
        predictionId: null,
        arm: null,
        version: null,
        epoch: null,
        predictedAt: null,
      },
    ],
    [
      'a unit that is a number',
      { unitId: 17, service: 'digits', kind: 'thumb', value: 0, feedbackId: 'f' },
      { unitHash: ids.hashUnit('17') },
    ],
  ])('takes %s', (_, item, expected) => {
    expect(read(item).records).toMatchObject([expected]);
  });

  test.each([
    ['not JSON', '{', /not JSON/],
    ['an unknown kind', JSON.stringify({ predictionId, kind: 'shrug' }), /kind/],
    ['a label without a label', JSON.stringify({ predictionId, kind: 'label', value: 1 }), /label/],
    ['a thumb of 5', JSON.stringify({ predictionId, kind: 'thumb', value: 5 }), /5/],
    ['an unknown key', JSON.stringify({ predictionId, kind: 'thumb', value: 1, who: 'me' }), /who/],
    ['Infinity', `{"predictionId":"${predictionId}","kind":"revenue","value":1e999}`, /value/],
    ['NaN', `{"predictionId":"${predictionId}","kind":"revenue","value":NaN}`, /not JSON/],
    ['nothing', '', /empty/],
    [
      'a currency that is none',
      JSON.stringify({ predictionId, kind: 'revenue', value: 1, currency: 'EURO' }),
      /"EURO"/,
    ],
    [
      'a currency of a thumb',
      JSON.stringify({ predictionId, kind: 'thumb', value: 1, currency: 'EUR' }),
      /no `currency`/,
    ],
    ['a rating off the scale', JSON.stringify({ predictionId, kind: 'rating', value: 7 }), /7 is outside 1\.\.5/],
    [
      'an answer off the scale',
      JSON.stringify({ predictionId, kind: 'survey', survey: 'nps', value: 11 }),
      /outside 0\.\.10/,
    ],
    ['an unknown question', JSON.stringify({ predictionId, kind: 'survey', survey: 'toString', value: 1 }), /survey/],
    ['a question without a scale', JSON.stringify({ predictionId, kind: 'survey', survey: 'q1', value: 1 }), /`scale`/],
    [
      'a scale upside down',
      JSON.stringify({ predictionId, kind: 'rating', value: 1, scale: [5, 1] }),
      /does not ascend/,
    ],
    [
      'a text answer',
      JSON.stringify({ predictionId, kind: 'survey', survey: 'nps', value: 1, comment: 'my name is' }),
      /comment/,
    ],
    [
      'the future',
      JSON.stringify({ predictionId, kind: 'label', label: '7', at: '2099-01-01T00:00:00Z' }),
      /at 2099-01-01T00:00:00Z is more than 5 minutes ahead/,
    ],
    ['the distant past', JSON.stringify({ predictionId, kind: 'thumb', value: 1, at: '0000-01-01T00:00:00Z' }), /1970/],
    ['a day without a time', JSON.stringify({ predictionId, kind: 'thumb', value: 1, at: '2026-01-01' }), /ISO time/],
    ['neither', JSON.stringify({ kind: 'thumb', value: 1 }), /one of `predictionId` and `unitId`/],
    ['both', JSON.stringify({ predictionId, unitId: 'u', kind: 'thumb', value: 1 }), /not both/],
    [
      'a giant unit',
      JSON.stringify({ unitId: 'u'.repeat(10_000), service: 'digits', kind: 'thumb', value: 1, feedbackId: 'f' }),
      /10000 characters; at most 1024/,
    ],
    [
      'a unit of no service',
      JSON.stringify({ unitId: 'u', service: 'nobody', kind: 'thumb', value: 1, feedbackId: 'f' }),
      /no service nobody/,
    ],
    [
      'a unit twice, perhaps',
      JSON.stringify({ unitId: 'u', service: 'digits', kind: 'revenue', value: 1 }),
      /tell a repeat/,
    ],
    [
      'a label of a unit',
      JSON.stringify({ unitId: 'u', service: 'digits', kind: 'label', label: '7', feedbackId: 'f' }),
      /is of a prediction/,
    ],
    [
      'a prediction of another service',
      JSON.stringify({ predictionId, service: 'other', kind: 'thumb', value: 1 }),
      /is of service digits, not other/,
    ],
    ['too many', JSON.stringify(Array.from({ length: 1001 }, () => 1)), /at most 1000/],
  ])('rejects %s', (_, body, reason) => {
    const { records, rejected } = readFeedback(body, reader);
    expect(records).toEqual([]);
    expect(rejected[0]?.reason).toMatch(reason);
  });

  test('counts as late what comes after the window of its kind', () => {
    const lateOf = (item: object) => read({ predictionId, ...item }).records[0]?.late;
    // Two hours after its prediction.
    expect(lateOf({ kind: 'thumb', value: 1 })).toBe(true);
    expect(lateOf({ kind: 'label', label: '7' })).toBe(false);
    const unit = { unitId: 'u', service: 'digits', kind: 'thumb', value: 1, at: '2026-01-01T01:30:00Z' };
    expect(read(unit).records[0]?.late).toBe(false);
    expect(read({ ...unit, at: '2026-01-01T00:30:00Z' }).records[0]?.late).toBe(true);
  });

  test('knows a repeat by what it says, and two events apart by their time', () => {
    const idOf = (item: object) => read(item).records[0]?.feedbackId;
    const bought = { unitId: 'u', service: 'digits', kind: 'revenue', value: 5, at: '2026-01-01T01:00:00Z' };
    expect(idOf(bought)).toBe(idOf({ ...bought, at: '2026-01-01T02:00:00+01:00' }));
    expect(idOf(bought)).not.toBe(idOf({ ...bought, at: '2026-01-01T01:00:01Z' }));
    expect(idOf(bought)).not.toBe(idOf({ ...bought, unitId: 'v' }));
    expect(idOf(bought)).not.toBe(idOf({ ...bought, currency: 'EUR' }));
    const thumb = { predictionId, kind: 'thumb', value: 1 };
    expect(idOf(thumb)).toBe(idOf({ ...thumb, value: true }));
  });

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => void readFeedback(body, reader)),
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
        { ...item, predictionId: made() },
        { ...item, predictionId: ours.make({ ...claims, at: Date.now() + 3_600_000 }, 'user-1').id },
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

  test('what a unit did is kept under its hash, and its key nowhere', async () => {
    await stage.apply({ recordsExposures: true });
    // fetch writes headers as Latin-1: these are the bytes of UTF-8.
    const { predictionId } = await stage.infer(Buffer.from('zoë@example').toString('latin1'));
    const thumb = { kind: 'thumb', value: 1 };
    const bought = { unitId: 'zoë@example', service: 'digits', kind: 'revenue', value: 5, currency: 'EUR' };
    const { status } = await stage.feedback(
      JSON.stringify([
        { ...bought, at: new Date().toISOString() },
        { ...thumb, predictionId },
      ]),
    );
    expect(status).toBe(202);
    const all = <T>(of: (batch: ObservationBatch) => readonly T[]) => stage.batches().flatMap(of);
    await until(() => all((b) => b.feedback).length === 2 && all((b) => b.predictions).length === 1);
    const [prediction] = all((b) => b.predictions);
    await until(() => all((b) => b.exposures).length === 1);
    expect(all((b) => b.exposures)).toMatchObject([{ unitHash: prediction?.unitHash }]);
    expect(all((b) => b.feedback)).toMatchObject([
      { unitHash: prediction?.unitHash, predictionId: null, currency: 'EUR' },
      { unitHash: prediction?.unitHash, predictionId },
    ]);
    expect(JSON.stringify(stage.batches())).not.toContain('example');
  });

  test('too large a body, and too many items, are refused whole', async () => {
    const { predictionId } = await stage.infer('user-1');
    const good = { predictionId, kind: 'thumb', value: 1 };
    const large = await fetch(`${stage.gateway.dataUrl}/_sluice/feedback`, {
      method: 'POST',
      body: JSON.stringify([good, { ...good, label: 'x'.repeat(10 * 2 ** 20) }]),
    }).catch(() => null);
    expect(large?.status ?? 413).toBe(413);
    const many = await stage.feedback(`[${'1,'.repeat(99_999)}1]`);
    expect([many.status, many.body]).toEqual([
      422,
      { accepted: 0, rejected: [{ index: 1000, reason: '100000 items; at most 1000 at once' }] },
    ]);
    const metrics = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
    expect(metrics).not.toContain('outcome="accepted"');
  });

  test('the configuration says how long a kind is waited for', async () => {
    await stage.close();
    stage = await GatewayStage.open({}, { feedback: { lateAfter: { thumb: 1 }, units: true } });
    const { predictionId } = await stage.infer('user-1');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stage.feedback(JSON.stringify([{ predictionId, kind: 'thumb', value: 1 }]));
    const metrics = await (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toContain('sluice_gateway_feedback_total{kind="thumb",outcome="late"} 1');
  });

  test('nothing good is refused whole', async () => {
    expect((await stage.feedback('[{"predictionId":"x","kind":"label","label":"7"}]')).status).toBe(422);
  });
});
