import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createModelServer } from '../../src/inference/model-server.js';
import { type Behaviour, type FakeServer, hangs, resets, startServer } from '../gateway/stage.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startServer((_, response) => void response.end('{}'));
});
afterEach(() => server.close());
const client = (url = server.url, metricsUrl?: string) =>
  createModelServer(
    { version: 'v2', url, metricsUrl },
    { kind: 'open-inference', model: 'digits', unitKey: 'header:x' },
    { timeoutMs: 1500 },
  );
const json =
  (body: unknown, status = 200): Behaviour =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
/** What the server says of the model, and what to everything else. */
const model =
  (metadata: unknown, answer: Behaviour): Behaviour =>
  (request, response, body) =>
    request.method === 'GET'
      ? json(metadata, metadata === null ? 404 : 200)(request, response, body)
      : answer(request, response, body);
const output = (name: string, data: unknown[], more: object = {}) => ({ name, shape: [data.length], data, ...more });
const declares = (inputs: unknown[], outputs: unknown[] = []) => ({
  name: 'digits',
  versions: ['v2'],
  platform: 'mlserver',
  inputs,
  outputs,
});
const asked = () => JSON.parse(server.requests.findLast(({ method }) => method === 'POST')?.body ?? 'null');
const posts = () => server.requests.filter(({ method }) => method === 'POST');

describe('a model server', () => {
  test('that says nothing of its inputs is asked with one tensor, and its labels and scores are read', async () => {
    server.behaviour = model(
      null,
      json({ outputs: [output('predict_proba', [0.9, 0.1, 0.2, 0.8]), output('predict', [0, 1])].reverse() }),
    );
    server.behaviour = model(
      null,
      json({
        outputs: [output('predict_proba', [0.9, 0.1, 0.2, 0.8], { shape: [2, 2] }), output('predict', [0, 1])],
      }),
    );
    const { predictions, latencyMs } = await client().infer([
      [1, 2],
      [3, 4],
    ]);
    expect(predictions).toEqual([
      { label: '0', scores: [0.9, 0.1], value: null },
      { label: '1', scores: [0.2, 0.8], value: null },
    ]);
    expect(latencyMs).toBeGreaterThan(0);
    expect(posts()[0]).toMatchObject({ path: '/v2/models/digits/infer' });
    expect(asked()).toEqual({ inputs: [{ name: 'predict', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] }] });
  });

  test.each([
    ['garbage', json('<html>'), 'MODEL_ANSWER_INVALID'],
    ['no outputs', json({ outputs: [] }), 'MODEL_ANSWER_INVALID'],
    ['too few answers', json({ outputs: [output('predict', [1])] }), 'MODEL_ANSWER_INVALID'],
    ['a null for a label', json({ outputs: [output('predict', [1, null])] }), 'MODEL_ANSWER_INVALID'],
    ['a refusal', json({ error: 'wrong shape' }, 400), 'MODEL_ANSWER_INVALID'],
    ['too many requests', json({}, 429), 'MODEL_UNREACHABLE'],
    ['a failure', json({}, 500), 'MODEL_UNREACHABLE'],
    ['a redirect elsewhere', json({}, 302), 'MODEL_UNREACHABLE'],
    ['a reset', resets, 'MODEL_UNREACHABLE'],
    ['silence', hangs, 'MODEL_UNREACHABLE'],
  ])('that answers with %s is named with its address', async (_, behaviour, code) => {
    server.behaviour = model(null, behaviour);
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

  test('that is not ready, or refuses the question, is not ready', async () => {
    for (const status of [400, 404, 503]) {
      server.behaviour = json({}, status);
      await expect(client().assertReady()).rejects.toMatchObject({
        code: 'MODEL_UNREACHABLE',
        message: expect.stringContaining(`/v2/models/digits/ready says ${status}`),
      });
    }
  });

  test('says what it is; its own reason is in the message of a refusal', async () => {
    server.behaviour = json({ ...declares([{ name: 'x', datatype: 'FP32', shape: [-1, 4] }]), parameters: { a: 1 } });
    expect(await client().metadata()).toEqual({
      ...declares([{ name: 'x', datatype: 'FP32', shape: [-1, 4] }]),
      parameters: { a: 1 },
    });
    server.behaviour = json({ name: 7 });
    await expect(client().metadata()).rejects.toMatchObject({ code: 'MODEL_ANSWER_INVALID' });
    server.behaviour = json({ error: 'Model digits not found' }, 404);
    await expect(client().metadata()).rejects.toThrow(/status code 404: .*Model digits not found/);
  });

  test('loads and unloads the model, and tells its memory', async () => {
    await client().load?.();
    await client().unload?.();
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v2/repository/models/digits/load',
      'POST /v2/repository/models/digits/unload',
    ]);
    expect(await client().memoryBytes?.()).toBeNull();
    const metrics = `${server.url}/metrics`;
    server.behaviour = json('# HELP x\nprocess_virtual_memory_bytes 9e9\nprocess_resident_memory_bytes 1.5e+08\n');
    expect(await client(server.url, metrics).memoryBytes?.()).toBe(150_000_000);
    server.behaviour = json('# none\n');
    expect(await client(server.url, metrics).memoryBytes?.()).toBeNull();
    server.behaviour = json('{}', 500);
    await expect(client(server.url, metrics).memoryBytes?.()).rejects.toThrow(/metrics at .*status code 500/);
  });
});

describe('a request is what the model declares', () => {
  const answers = (rows: number) => json({ outputs: [output('predict', Array(rows).fill(1))] });
  const infer = async (inputs: unknown[], rows: (number | string | boolean | null)[][], columns?: string[]) => {
    server.behaviour = model(declares(inputs), answers(rows.length));
    await client().infer(rows, columns);
    return asked().inputs;
  };

  test('columns by name, of every type', async () => {
    const inputs = [
      { name: 'city', datatype: 'BYTES', shape: [-1, 1] },
      { name: 'age', datatype: 'INT64', shape: [-1] },
      { name: 'vip', datatype: 'BOOL', shape: [-1, 1] },
      { name: 'income', datatype: 'FP64', shape: [-1, 1] },
    ];
    const rows = [
      [41, 1.5, 'Ulm', true],
      [17, null, 'Bonn', false],
    ];
    expect(await infer(inputs, rows, ['age', 'income', 'city', 'vip'])).toEqual([
      { name: 'city', datatype: 'BYTES', shape: [2, 1], data: ['Ulm', 'Bonn'] },
      { name: 'age', datatype: 'INT64', shape: [2], data: [41, 17] },
      { name: 'vip', datatype: 'BOOL', shape: [2, 1], data: [true, false] },
      { name: 'income', datatype: 'FP64', shape: [2, 1], data: [1.5, null] },
    ]);
  });

  test('columns of one input by its name and a number, or all in order', async () => {
    const inputs = [
      { name: 'a', datatype: 'FP32', shape: [-1, 2] },
      { name: 'b', datatype: 'FP32', shape: [-1] },
    ];
    const expected = [
      { name: 'a', datatype: 'FP32', shape: [1, 2], data: [1, 2] },
      { name: 'b', datatype: 'FP32', shape: [1], data: [3] },
    ];
    expect(await infer(inputs, [[3, 2, 1]], ['b', 'a.1', 'a.0'])).toEqual(expected);
    expect(await infer(inputs, [[1, 2, 3]])).toEqual(expected);
    expect(await infer(inputs, [[1, 2, 3]], ['p0', 'p1', 'p2'])).toEqual(expected);
  });

  test('images keep their shape, and an open size takes what is there', async () => {
    const [image] = await infer([{ name: 'x', datatype: 'UINT8', shape: [-1, 2, 2] }], [[1, 2, 3, 4]]);
    expect(image).toEqual({ name: 'x', datatype: 'UINT8', shape: [1, 2, 2], data: [1, 2, 3, 4] });
    const [open] = await infer([{ name: 'x', datatype: 'FP32', shape: [-1, -1, 2] }], [[1, 2, 3, 4]]);
    expect(open.shape).toEqual([1, 2, 2]);
  });

  test('a model without a batch dimension gets one row at a time', async () => {
    server.behaviour = model(declares([{ name: 'x', datatype: 'FP32', shape: [2] }]), answers(1));
    const { predictions } = await client().infer([
      [1, 2],
      [3, 4],
    ]);
    expect([predictions.length, posts().length]).toEqual([2, 2]);
    expect(asked().inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [2], data: [3, 4] }]);
  });

  test('labels and scores are asked for by name where the model has them', async () => {
    const outputs = ['predict_proba', 'extra', 'predict'].map((name) => ({ name, datatype: 'FP64', shape: [-1] }));
    server.behaviour = model(declares([], outputs), answers(1));
    await client().infer([[1]]);
    expect(asked().outputs).toEqual([{ name: 'predict' }, { name: 'predict_proba' }]);
  });

  test.each([
    [
      'too few columns',
      [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
      [1, 2],
      /rows have 2 columns.*x \(FP32, \[-1, 3\]\)/,
    ],
    [
      'half a number',
      [{ name: 'x', datatype: 'INT64', shape: [-1, 1] }],
      [1.5],
      /row 0, column c0 is 1\.5; input x takes INT64/,
    ],
    ['too large a number', [{ name: 'x', datatype: 'UINT8', shape: [-1, 1] }], [256], /an integer in 0\.\.255/],
    ['a text', [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }], ['a'], /is "a".*a finite number/],
    ['infinity', [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }], [Number.POSITIVE_INFINITY], /is Infinity/],
    ['a number for a text', [{ name: 'x', datatype: 'BYTES', shape: [-1, 1] }], [3], /input x takes BYTES: a text/],
    ['a missing integer', [{ name: 'x', datatype: 'INT32', shape: [-1, 1] }], [null], /is null/],
  ])('%s is refused before it is sent', async (_, inputs, row, message) => {
    const columns = row.map((__, at) => `c${at}`);
    server.behaviour = model(declares(inputs), answers(1));
    await expect(client().infer([row], columns)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringMatching(message),
    });
    expect(posts()).toEqual([]);
  });

  test('a type that the protocol does not have is refused', async () => {
    await expect(infer([{ name: 'x', datatype: 'FP8', shape: [-1, 1] }], [[1]])).rejects.toThrow(/x has datatype FP8/);
  });
});

describe('an answer', () => {
  const read = async (rows: number, ...outputs: unknown[]) => {
    server.behaviour = model(null, json({ outputs }));
    return (await client().infer(Array.from({ length: rows }, () => [1]))).predictions;
  };

  test('of a regression is a number', async () => {
    expect(await read(2, output('predict', [1.5, -2], { datatype: 'FP64' }))).toEqual([
      { label: '1.5', value: 1.5, scores: null },
      { label: '-2', value: -2, scores: null },
    ]);
  });

  test('with nothing but scores means the best class', async () => {
    const logits = { name: 'logits', shape: [2, 3], datatype: 'FP32', data: [1, 5, 2, 9, 0, 0] };
    expect((await read(2, logits)).map(({ label }) => label)).toEqual(['1', '0']);
    expect((await read(1, { ...logits, shape: [3], data: [0, 0, 1] }))[0]).toEqual({
      label: '2',
      value: null,
      scores: [0, 0, 1],
    });
  });

  test('may be nested, and be of texts or truth values', async () => {
    expect(await read(2, output('predict', [['a'], ['b']], { shape: [2, 1], datatype: 'BYTES' }))).toMatchObject([
      { label: 'a' },
      { label: 'b' },
    ]);
    expect(await read(1, output('predict', [true], { datatype: 'BOOL' }))).toMatchObject([{ label: 'true' }]);
  });

  test.each([
    ['a shape that is another', output('y', [1, 2], { shape: [3] }), /output y has 2 values: shape \[3\] means 3/],
    ['another number of rows', output('y', [1, 2, 3], { shape: [3] }), /output y has 3 predictions for 2 rows/],
    ['another type', output('y', [1, 'x'], { datatype: 'INT64' }), /output y, row 1 is "x": expected INT64/],
    ['half an integer', output('y', [1, 2.5], { datatype: 'INT32' }), /output y, row 1 is 2\.5: expected INT32/],
    ['an object', output('y', [{}, 1]), /output y, row 0 is \{\}/],
    ['several labels', output('predict', [1, 2, 3, 4], { shape: [2, 2] }), /predict, row 0 has 2 values: expected one/],
    ['a score that is none', output('y', [0.1, 0.9, null, 1], { shape: [2, 2] }), /y, row 1: score 0 is null/],
  ])('with %s is refused, naming output, row and value', async (_, bad, message) => {
    await expect(read(2, bad)).rejects.toMatchObject({
      code: 'MODEL_ANSWER_INVALID',
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['-Infinity', '-Infinity'],
    ['1e999', 'Infinity'],
  ])('with %s is refused, naming output, row and value', async (text, value) => {
    const answer = `{"outputs":[{"name":"y","shape":[2],"datatype":"FP32","data":[1.0, ${text}]}]}`;
    server.behaviour = model(null, json(answer));
    await expect(client().infer([[1], [2]])).rejects.toThrow(
      new RegExp(`output y, row 1 is "?${value}"?: expected FP32`),
    );
  });
});
