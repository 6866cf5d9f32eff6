import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { protocol as protocolSchema } from '../../src/domain/spec/target.js';
import { summarizeGenerations } from '../../src/inference/chat/summary.js';
import { createModelServer } from '../../src/inference/model-server.js';
import type { Generation } from '../../src/ports/model-server.js';
import { CompletionStream } from '../../src/protocols/chat.js';
import { EventStreamReader } from '../../src/protocols/event-stream.js';
import { type Behaviour, type FakeServer, resets, startServer } from '../gateway/stage.js';

let server: FakeServer;
beforeEach(async () => {
  server = await startServer(says('Hello'));
});
afterEach(() => server.close());
const SECRET = 'sk-very-secret';
const client = (over: object = {}, timeoutMs = 10_000) =>
  createModelServer(
    { version: 'v2', url: server.url },
    protocolSchema.parse({ kind: 'chat', model: 'tiny', ...over }),
    {
      timeoutMs,
      secrets: (name) => (name === 'SLUICE_SECRET_LLM' ? SECRET : undefined),
    },
  );
const generate = async (over: object = {}, timeoutMs?: number) =>
  (await client(over, timeoutMs).generate?.(['How was it?']))?.[0] as Generation;
const asked = () => JSON.parse(server.requests.at(-1)?.body ?? 'null');

function says(content: string | null, more: object = {}): Behaviour {
  const message = { role: 'assistant', content, ...more };
  const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
  const body = JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop', ...more }], usage });
  return (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}
const event = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const token = (content: string, finish: string | null = null) =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
const ROLE = event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
const USAGE = event({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } });
/** Sends parts, each after so many milliseconds. */
const streams =
  (...parts: readonly (readonly [afterMs: number, text: string])[]): Behaviour =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const next = (index: number) => {
      const part = parts[index];
      if (part === undefined) return void response.end();
      setTimeout(() => {
        response.write(part[1]);
        next(index + 1);
      }, part[0]);
    };
    next(0);
  };

describe('a prompt', () => {
  test('is asked as the spec says, with a key that is nowhere else', async () => {
    await generate({ system: 'Be brief.', maxTokens: 5, secretRef: 'SLUICE_SECRET_LLM' });
    expect(asked()).toEqual({
      model: 'tiny',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'How was it?' },
      ],
      temperature: 0,
      max_tokens: 5,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(server.requests[0]).toMatchObject({ path: '/v1/chat/completions' });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
    server.behaviour = (_, response) => void response.writeHead(401).end(`{"error":"wrong key ${SECRET}"}`);
    const refused = await generate({ secretRef: 'SLUICE_SECRET_LLM' });
    expect(refused.error?.code).toBe('MODEL_ANSWER_INVALID');
    expect(JSON.stringify(refused)).not.toContain(SECRET);
    const error = await client({ secretRef: 'SLUICE_SECRET_LLM' })
      .infer([['x']])
      .catch((caught: unknown) => caught);
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain(SECRET);
    await expect(client({ secretRef: 'SLUICE_SECRET_NONE' }).generate?.(['x'])).rejects.toMatchObject({
      code: 'SECRET_UNUSABLE',
    });
  });

  test('streamed: time of the first token, total time, tokens, label', async () => {
    server.behaviour = streams(
      [0, ROLE],
      [120, token('Very ')],
      [1200, token('good', 'stop') + USAGE + event('[DONE]')],
    );
    const { firstTokenMs, latencyMs, ...said } = await generate();
    expect(said).toEqual({
      text: 'Very good',
      label: 'very good',
      refused: false,
      finishReason: 'stop',
      tokensIn: 12,
      tokensOut: 3,
      error: null,
    });
    expect(firstTokenMs).toBeGreaterThan(100);
    expect(firstTokenMs).toBeLessThan(1000);
    expect(latencyMs).toBeGreaterThan(1200);
  });

  test('not streamed: no first token, all else alike', async () => {
    expect(await generate({ stream: false })).toMatchObject({ text: 'Hello', tokensOut: 3, firstTokenMs: null });
    expect(asked().stream).toBe(false);
  });

  test.each([
    ['a field', says(null, { refusal: 'No.' }), {}, '(refused)'],
    ['its reason to end', says('', { finish_reason: 'content_filter' }), {}, '(refused)'],
    ['a phrase of the spec', says('I  CANNOT help you'), { refusals: ['I cannot help'] }, '(refused)'],
    ['nothing', says('I cannot help you'), {}, 'i cannot help you'],
    [
      'a streamed field',
      streams([0, event({ choices: [{ delta: { refusal: 'No' } }] }) + event('[DONE]')]),
      {},
      '(refused)',
    ],
  ])('is refused by %s', async (_, behaviour, over, label) => {
    server.behaviour = behaviour;
    expect(await generate(over)).toMatchObject({ label, refused: label === '(refused)', error: null });
  });

  test.each([
    ['Positive.', 'Positive'],
    ['not POSITIVE but **very negative**', 'Positive'],
    ['very negative', 'very negative'],
    ['unnegatives', '(none)'],
    ['négative', '(none)'],
  ])('answered with "%s" has the label %s', async (text, label) => {
    server.behaviour = says(text);
    expect((await generate({ choices: ['Positive', 'negative', 'very negative'] })).label).toBe(label);
  });

  test.each([
    [
      'a failure',
      (_: never, response: never) => end(response, 500, 'out of memory'),
      'MODEL_UNREACHABLE',
      /500: out of memory/,
    ],
    [
      'a refusal',
      (_: never, response: never) => end(response, 400, 'no such model'),
      'MODEL_ANSWER_INVALID',
      /no such model/,
    ],
    ['a reset', resets, 'MODEL_UNREACHABLE', /tiny v2 at http/],
    ['no completion', says.call(null, null, { message: 3 }), 'MODEL_ANSWER_INVALID', /no message at/],
    [
      'a fault in the middle',
      streams([0, token('a') + event({ error: { message: 'lost' } })]),
      'MODEL_UNREACHABLE',
      /lost/,
    ],
    ['a stream cut off', streams([0, token('a')]), 'MODEL_UNREACHABLE', /ended before the answer did/],
    ['an empty stream', streams([0, event('[DONE]')]), 'MODEL_ANSWER_INVALID', /without a single completion/],
    ['an event that is no JSON', streams([0, event('{"choi')]), 'MODEL_UNREACHABLE', /no JSON/],
    ['too much', streams([0, `data: ${'x'.repeat(9 * 2 ** 20)}`]), 'MODEL_ANSWER_INVALID', /more than/],
  ])('answered with %s has failed, and says why', async (_, behaviour, code, message) => {
    server.behaviour = behaviour as Behaviour;
    const { error, label } = await generate();
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(label).toBe('');
  });

  test('that drips has failed at the end of its time', async () => {
    server.behaviour = streams(...Array(20).fill([100, token('a')]));
    const { error } = await generate({}, 500);
    expect(error).toMatchObject({
      code: 'MODEL_UNREACHABLE',
      message: expect.stringMatching(/not whole within 500 ms/),
    });
  });
});

const end = (response: { writeHead(status: number): { end(text: string): void } }, status: number, text: string) =>
  response.writeHead(status).end(text);

test('rows of a data set are prompts, and a failure of one is that of the call', async () => {
  const { predictions } = await client().infer([['a', 1]], ['prompt', 'id']);
  expect(predictions).toEqual([{ label: 'hello', scores: null }]);
  await expect(client().infer([[1]])).rejects.toMatchObject({ code: 'DATASET_INVALID' });
  server.behaviour = (_, response) => end(response, 503, '');
  await expect(client().infer([['a']])).rejects.toMatchObject({ code: 'MODEL_UNREACHABLE' });
});

test('readiness and metadata are those of the list of models', async () => {
  server.behaviour = (_, response) =>
    void response.end('{"data":[{"id":"other"},{"id":"tiny","owned_by":"vllm","max_model_len":4096}]}');
  await client().assertReady();
  expect(await client().metadata()).toMatchObject({ name: 'tiny', parameters: { max_model_len: 4096 } });
  expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/v1/models' });
});

test('what many answers come to', () => {
  const one = (over: Partial<Generation>): Generation => ({
    text: '',
    label: '',
    refused: false,
    finishReason: 'stop',
    firstTokenMs: 100,
    latencyMs: 1100,
    tokensIn: 5,
    tokensOut: 11,
    error: null,
    ...over,
  });
  const failed = one({ error: { code: 'MODEL_UNREACHABLE', message: 'x' }, latencyMs: 9999 });
  const all = [one({}), one({ refused: true, firstTokenMs: 300, latencyMs: 1300, tokensIn: null }), failed, one({})];
  expect(summarizeGenerations(all)).toEqual({
    prompts: 4,
    errors: 1,
    errorRate: 0.25,
    refusals: 1,
    refusalRate: 1 / 3,
    firstTokenMs: { p50: 100, p95: 300 },
    latencyMs: { p50: 1100, p95: 1300 },
    tokensIn: 10,
    tokensOut: 33,
    tokensPerSecond: 10,
  });
  expect(summarizeGenerations([])).toMatchObject({ errorRate: null, refusalRate: null, latencyMs: null });
});

test('a stream is the same in whatever pieces it comes', () => {
  const text = `\ufeff: hi\r\n\r\nid: 1\r\nevent: x\r\ndata: {"choices":[{"delta":{"content":"Grüß "}}]}\r\n\r\n${token('Gott')}data: {"choices":\rdata: []}\r\r${event('[DONE]')}`;
  const read = (parts: string[]) => {
    const events: string[] = [];
    const reader = new EventStreamReader((data) => events.push(data));
    const stream = new CompletionStream(1000);
    for (const part of parts) {
      reader.push(part);
      stream.push(part);
    }
    return { events, text: stream.completion.text, isWhole: stream.isWhole, fault: stream.fault };
  };
  const whole = read([text]);
  expect(whole.events).toHaveLength(4);
  expect(whole).toMatchObject({ text: 'Grüß Gott', isWhole: true, fault: null });
  fc.assert(
    fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      expect(read(at.slice(1).map((to, index) => text.slice(at[index], to)))).toEqual(whole);
    }),
  );
  expect(() => new EventStreamReader(() => undefined, 10).push('data: 123456789012')).toThrow(
    /more than 10 characters/,
  );
});
