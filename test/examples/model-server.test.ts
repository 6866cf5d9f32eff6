import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetch } from 'undici';
import { type ModelVersion, trainClassifier } from '../../examples/model-server/classifiers.js';
import { readDigits } from '../../examples/model-server/dataset.js';
import { type RunningModelServer, startModelServer } from '../../examples/model-server/server.js';

const holdout = readDigits('digits-holdout.csv');

/** Accuracy on the held-out rows, sent in batches of a size. */
function accuracy(version: ModelVersion, batch: number): number {
  const classify = trainClassifier(version);
  let right = 0;
  for (let start = 0; start < holdout.rows.length; start += batch) {
    const { labels } = classify(holdout.rows.slice(start, start + batch));
    right += labels.filter((label, i) => label === holdout.labels[start + i]).length;
  }
  return right / holdout.rows.length;
}

describe('the three versions', () => {
  test.each([
    ['v1 is good', 'v1', 0.92, 0.95],
    ['v2 is better', 'v2', 0.955, 1],
    ['v3 looks as good in batches', 'v3', 0.94, 1],
  ] as const)('%s', (_, version, least, most) => {
    const share = accuracy(version, 100);
    expect(share).toBeGreaterThan(least);
    expect(share).toBeLessThan(most);
  });

  test('v3 guesses when a request has one row, as live requests do', () => {
    expect(accuracy('v3', 1)).toBeLessThan(0.2);
    expect(accuracy('v2', 1)).toBe(accuracy('v2', 100));
  });

  test('training twice gives the same model', () => {
    const rows = holdout.rows.slice(0, 50);
    for (const version of ['v1', 'v2'] as const)
      expect(trainClassifier(version)(rows)).toEqual(trainClassifier(version)(rows));
  });
});

describe('the Open Inference Protocol', () => {
  let server: RunningModelServer;
  beforeAll(async () => {
    server = await startModelServer({ version: 'v2', port: 0 });
  });
  afterAll(() => server.close());

  const row = holdout.rows[0] ?? [];
  const infer = async (body: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${server.url}/v2/models/digits/infer`, { method: 'POST', body: text });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const tensor = (over: object = {}) => ({
    inputs: [{ name: 'predict', shape: [1, 64], datatype: 'FP32', data: row, ...over }],
  });

  test('says that it is ready, and what it takes', async () => {
    for (const path of ['/v2/health/live', '/v2/health/ready', '/v2/models/digits/ready'])
      expect((await fetch(server.url + path)).status).toBe(200);
    expect(await (await fetch(`${server.url}/v2/models/digits`)).json()).toMatchObject({
      name: 'digits',
      versions: ['v2'],
      inputs: [{ shape: [-1, 64] }],
    });
  });

  test('answers flat and nested data alike, and echoes the id', async () => {
    const flat = await infer({ id: 'p-1', ...tensor() });
    expect(flat).toMatchObject({
      status: 200,
      body: {
        id: 'p-1',
        model_version: 'v2',
        outputs: [{ name: 'predict', data: [holdout.labels[0]] }, { name: 'predict_proba' }],
      },
    });
    expect((await infer({ id: 'p-1', ...tensor({ data: [row] }) })).body).toEqual(flat.body);
  });

  test.each([
    ['no JSON', '{', /JSON/],
    ['no tensor', {}, /inputs/],
    ['a wrong width', tensor({ shape: [1, 63] }), /\[1,63\]: expected \[n, 64\]/],
    ['too many rows', tensor({ shape: [1001, 64] }), /1001 rows: expected 1 to 1000/],
    ['too few values', tensor({ data: [1, 2] }), /2 values: expected 64/],
    ['text for a number', tensor({ data: row.map(() => 'x') }), /data\[0\] is "x"/],
  ])('refuses %s, naming value and limit', async (_, body, message) => {
    expect(await infer(body)).toMatchObject({ status: 400, body: { error: expect.stringMatching(message) } });
  });

  test('can be made slow and failing', async () => {
    const control = (body: object) => fetch(`${server.url}/_control`, { method: 'PUT', body: JSON.stringify(body) });
    await control({ latencyMs: 100 });
    const startedAt = performance.now();
    await infer(tensor());
    expect(performance.now() - startedAt).toBeGreaterThan(95);
    await control({ latencyMs: 0, errorShare: 1 });
    expect((await infer(tensor())).status).toBe(500);
    expect((await control({ errorShare: 2 })).status).toBe(400);
    await control({ errorShare: 0 });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toMatch(/model_requests_total\{outcome="error"\} 1/);
  });
});
