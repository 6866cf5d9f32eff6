import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createOpenInferenceClient } from '../../src/inference/open-inference-client.js';
import { type Behaviour, type FakeServer, hangs, resets, startServer } from '../gateway/stage.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startServer((_, response) => void response.end('{}'));
});
afterEach(() => server.close());
const client = (url = server.url) =>
  createOpenInferenceClient(
    { version: 'v2', url },
    { kind: 'open-inference', model: 'digits', unitKey: 'header:x' },
    300,
  );
const json =
  (body: unknown, status = 200): Behaviour =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const output = (name: string, data: unknown[]) => ({ name, shape: [data.length], data });

describe('a model server', () => {
  test('is asked with one tensor, and its labels and scores are read', async () => {
    server.behaviour = json({ outputs: [output('predict_proba', [0.9, 0.1, 0.2, 0.8]), output('predict', [0, 1])] });
    const { predictions, latencyMs } = await client().infer([
      [1, 2],
      [3, 4],
    ]);
    expect(predictions).toEqual([
      { label: '0', scores: [0.9, 0.1] },
      { label: '1', scores: [0.2, 0.8] },
    ]);
    expect(latencyMs).toBeGreaterThan(0);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v2/models/digits/infer' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      inputs: [{ name: 'predict', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] }],
    });
  });

  test.each([
    [
      'garbage',
      (_: unknown, response: { end: (text: string) => void }) => response.end('<html>'),
      'MODEL_ANSWER_INVALID',
    ],
    ['no outputs', json({ outputs: [] }), 'MODEL_ANSWER_INVALID'],
    ['too few answers', json({ outputs: [output('predict', [1])] }), 'MODEL_ANSWER_INVALID'],
    ['a null for a label', json({ outputs: [output('predict', [1, null])] }), 'MODEL_ANSWER_INVALID'],
    ['a refusal', json({ error: 'wrong shape' }, 400), 'MODEL_ANSWER_INVALID'],
    ['a failure', json({}, 500), 'MODEL_UNREACHABLE'],
    ['a redirect elsewhere', json({}, 302), 'MODEL_UNREACHABLE'],
    ['a reset', resets, 'MODEL_UNREACHABLE'],
    ['silence', hangs, 'MODEL_UNREACHABLE'],
  ])('that answers with %s is named with its address', async (_, behaviour, code) => {
    server.behaviour = behaviour as Behaviour;
    await expect(client().infer([[1], [2]])).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`model digits v2 at ${server.url}`),
    });
  });

  test('that is not there is named with address and cause', async () => {
    await expect(client('http://127.0.0.1:9').assertReady()).rejects.toMatchObject({
      code: 'MODEL_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1:9.*ECONNREFUSED/),
    });
  });
});
