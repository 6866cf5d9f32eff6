import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { unpacked, utf8Checked } from '../../src/datasets/text-bytes.js';
import { LATE_AFTER_MS } from '../../src/domain/feedback.js';
import type { FeedbackRecord } from '../../src/domain/observation.js';
import { ImportStopped, importFeedback, type SendFeedback } from '../../src/feedback/import-feedback.js';
import { fieldPlan } from '../../src/feedback/import-fields.js';
import { PredictionIds } from '../../src/gateway/prediction-id.js';

const ids = new PredictionIds(Buffer.from('a key for the tests'));
const claims = { service: 'digits', arm: 'candidate', version: 'v2', epoch: 3, at: Date.now() - 1000 } as const;
const id = ids.make(claims, 'user-1').id;
const AT = new Date(Date.now() - 60_000).toISOString();

interface Given {
  readonly kind?: 'csv' | 'ndjson';
  readonly map?: string[];
  readonly set?: string[];
  readonly fromLine?: number;
  readonly chunk?: number;
  readonly send?: SendFeedback;
}

async function run(file: string | Buffer, given: Given = {}) {
  const { kind = 'csv', map = [], set = [], fromLine = 1, chunk = 7 } = given;
  const [records, named]: [FeedbackRecord[], string[]] = [[], []];
  const send: SendFeedback = async (some) => records.push(...some) && some.length;
  const stored = Buffer.from(file);
  const bytes = (async function* () {
    for (let at = 0; at < stored.length; at += chunk) yield stored.subarray(at, at + chunk);
  })();
  const options = {
    service: 'digits',
    format: { kind, delimiter: ',' },
    plan: fieldPlan(map, set, kind === 'csv'),
    fromLine,
    ids,
    lateAfterMs: LATE_AFTER_MS,
  };
  const summary = await importFeedback(utf8Checked(unpacked(bytes)), options, given.send ?? send, (line, reason) =>
    named.push(`${line}: ${reason}`),
  );
  return { summary, records, named };
}

describe('a file of feedback', () => {
  test('CSV: mapped columns, constants, quotes, blank lines, numbers and truth values', async () => {
    const file = ['\uFEFFpid,said,note,value,at', `${id},"7, or ""9""",x,,`, '', `${id},8,"two`, `lines",,${AT}`].join(
      '\r\n',
    );
    const { summary, records, named } = await run(file, {
      map: ['prediction_id=pid', 'label=said'],
      set: ['kind=label'],
    });
    expect(named).toEqual([]);
    expect(records).toMatchObject([
      { predictionId: id, label: '7, or "9"', version: 'v2', unitHash: ids.hashUnit('user-1'), source: 'import' },
      { label: '8', occurredAt: AT },
    ]);
    expect(summary).toEqual({
      rows: 2,
      added: 2,
      repeated: 0,
      refused: 0,
      forged: 0,
      unusedColumns: ['note'],
      lastLine: 5,
    });
  });

  test('NDJSON, gzipped: as items are sent over HTTP', async () => {
    const rows = [
      { unitId: 'user-1', kind: 'revenue', value: 5, currency: 'EUR', at: AT },
      { predictionId: id, kind: 'rating', value: 3, scale: [0, 4], feedbackId: 'r-1' },
      { prediction_id: id, kind: 'thumb', value: true },
    ];
    const { records, named } = await run(gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')), {
      kind: 'ndjson',
    });
    expect(named).toEqual([]);
    expect(records).toMatchObject([
      { unitHash: ids.hashUnit('user-1'), service: 'digits', currency: 'EUR', predictionId: null },
      { feedbackId: 'r-1', scale: [0, 4] },
      { value: 1 },
    ]);
  });

  test('each bad line is named, and the others are kept', async () => {
    const forged = new PredictionIds(Buffer.from('another key for it')).make(claims, 'u').id;
    const other = ids.make({ ...claims, service: 'other' }, 'u').id;
    const file = [
      'prediction_id,kind,value,scale',
      `${id},thumb,1,`,
      `${id},thumb,maybe,`,
      `${id},thumb`,
      `${forged},thumb,1,`,
      `${other},thumb,1,`,
      `${id},rating,9,1..5`,
      `${id},rating,NaN,`,
      `${id},rating,1e999,`,
      `,thumb,1,`,
      `${id},rating,9,0..10`,
    ].join('\n');
    const { summary, records, named } = await run(file);
    expect(named).toEqual([
      '3: value expected a number, true or false',
      '4: 2 cells, expected 4, as the header has',
      '5: forged prediction id',
      '6: the prediction is of service other, not digits',
      '7: a rating of 9 is outside 1..5',
      '8: value expected a number, true or false',
      '9: value expected a number, true or false',
      '10: one of `predictionId` and `unitId` is needed, and not both',
    ]);
    expect(records.map(({ value }) => value)).toEqual([1, 9]);
    expect(summary).toMatchObject({ rows: 10, added: 2, refused: 8, forged: 1, lastLine: 11 });
  });

  test('bad NDJSON is named by its line', async () => {
    const { named, records } = await run(`{"predictionId":"${id}","kind":"thumb","value":0}\n{\n[]\n\nnull\n"x"`, {
      kind: 'ndjson',
    });
    expect(named).toEqual([
      '2: not JSON',
      '3: expected a JSON object',
      '5: expected a JSON object',
      '6: expected a JSON object',
    ]);
    expect(records).toHaveLength(1);
  });

  test.each<[string, string | Buffer, Given, RegExp]>([
    ['an empty file', '', {}, /no header/],
    ['a mapped column that is not there', 'a,b\n1,2', { map: ['label=c'] }, /no column c; there are: a, b/],
    ['a column that is there twice', 'kind,kind\n1,2', {}, /"kind" is there twice/],
    ['bytes that are no text', Buffer.from([0x61, 0x0a, 0xff, 0x0a]), {}, /line 2: not UTF-8/],
    ['a gzip cut short', gzipSync('kind\n'.repeat(1000)).subarray(0, 30), {}, /gzip is damaged or cut off/],
    ['a quote that never ends', `kind\n"${'x'.repeat(100_000)}`, { chunk: 4096 }, /quote left open/],
    ['a line that never ends', `{"a":"${'x'.repeat(100_000)}`, { kind: 'ndjson', chunk: 4096 }, /more than 65536/],
  ])('stops at %s', async (_, file, given, reason) => {
    const stopped = await run(file, given).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(ImportStopped);
    expect((stopped as ImportStopped).cause).toMatchObject({ message: expect.stringMatching(reason) });
  });

  test('says how far it came, and goes on from there', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) => `${id},rating,1,r-${i}`);
    const file = ['prediction_id,kind,value,feedback_id', ...rows].join('\n');
    const kept: FeedbackRecord[] = [];
    let batches = 0;
    const send: SendFeedback = async (some) => {
      if (++batches === 2) throw new RangeError('the store is away');
      kept.push(...some);
      return some.length;
    };
    const stopped = (await run(file, { send, chunk: 5000 }).catch((error: unknown) => error)) as ImportStopped;
    expect(stopped.summary).toMatchObject({ added: 500, lastLine: 501 });
    const { summary } = await run(file, { send, chunk: 5000, fromLine: stopped.summary.lastLine + 1 });
    expect(summary).toMatchObject({ rows: 700, added: 700 });
    expect(new Set(kept.map(({ feedbackId }) => feedbackId)).size).toBe(1200);
  });

  test('whatever a file holds, each row is kept or named', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('csv', 'ndjson') as fc.Arbitrary<'csv' | 'ndjson'>,
        async (text, kind) => {
          const file = Buffer.from(kind === 'csv' ? `kind,value\n${text}` : text);
          const done = await run(file, { kind }).catch((error: unknown) => error);
          if (done instanceof ImportStopped) return;
          const { summary, named } = done as Awaited<ReturnType<typeof run>>;
          expect(summary.added + summary.repeated + named.length).toBe(summary.rows);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('20,000 rows pass through a bounded memory', async () => {
    const total = 20_000;
    let sent = 0;
    let most = 0;
    const row = `{"predictionId":"${id}","kind":"label","label":"7"}\n`;
    const bytes = (async function* () {
      for (let i = 0; i < total; i += 1000) yield Buffer.from(row.repeat(1000));
    })();
    const options = {
      service: 'digits',
      format: { kind: 'ndjson', delimiter: ',' } as const,
      plan: fieldPlan([], [], false),
      fromLine: 1,
      ids,
      lateAfterMs: LATE_AFTER_MS,
    };
    const send: SendFeedback = async (records) => {
      sent += records.length;
      most = Math.max(most, records.length);
      return records.length;
    };
    await importFeedback(bytes, options, send, () => undefined);
    expect([sent, most]).toEqual([total, 500]);
  });
});

test.each([
  [['nonsense'], [], /field=/],
  [['label='], [], /field=/],
  [['label=a', 'label=b'], [], /label is given twice/],
  [['kind=a'], ['kind=label'], /by --map and by --set/],
  [[], ['kind=shrug'], /expected one of label/],
])('a plan %j %j is refused', (map, set, reason) => {
  expect(() => fieldPlan(map, set, true)).toThrow(reason);
});
