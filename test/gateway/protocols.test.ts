import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fetch } from 'undici';
import { protocol as protocolSchema } from '../../src/domain/spec/target.js';
import { readAnswer } from '../../src/gateway/read-answer.js';
import { featuresOf } from '../../src/gateway/record/features.js';
import { answers, type Behaviour, GatewayStage, until } from './stage.js';
import { policyOf } from './traffic-policy.js';

const jsonProtocol = protocolSchema.parse({
  kind: 'json',
  path: '/score/v1',
  ready: '/healthz',
  features: { pointer: '/customer', names: ['age', 'city'] },
  prediction: '/predictions/-/label',
  score: '/predictions/-/p',
  batch: '/rows',
});
const chatProtocol = protocolSchema.parse({
  kind: 'chat',
  model: 'tiny',
  choices: ['Positive', 'negative', 'very negative'],
  refusals: ['I cannot help'],
});

let stage: GatewayStage;
afterEach(() => stage.close());

const json =
  (body: unknown, status = 200): Behaviour =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
const scored = (label: unknown, p?: number) => json({ predictions: [{ label, p }] });
const predictions = () => stage.batches().flatMap((batch) => batch.predictions);
const metrics = async () => (await fetch(`${stage.gateway.adminUrl}/metrics`)).text();

describe('a service of plain JSON', () => {
  const body = JSON.stringify({ rows: [{ customer: { age: 41, city: 'Ulm', vip: true } }] });
  const ask = async (unit = 'u', path = '/score/v1') => {
    const headers = { 'x-user-key': unit, 'content-type': 'application/json' };
    const answer = await fetch(`${stage.gateway.dataUrl}${path}`, { method: 'POST', headers, body });
    return { status: answer.status, version: answer.headers.get('x-sluice-version'), text: await answer.text() };
  };
  beforeEach(async () => {
    stage = await GatewayStage.open({}, {});
    stage.more = { config: { ...stage.options().config, services: services(jsonProtocol) } };
    await stage.restart();
    [stage.v1.behaviour, stage.v2.behaviour] = [scored('good', 0.75), scored('bad', 0.5)];
  });

  test('is routed by its path, and its predictions, scores and features are recorded', async () => {
    await stage.apply({ protocol: jsonProtocol, weightPercent: 100 });
    expect(await ask()).toMatchObject({
      status: 200,
      version: 'v2',
      text: '{"predictions":[{"label":"bad","p":0.5}]}',
    });
    // Below it are the stable version's own matters.
    expect(await ask('u', '/score/v1/docs')).toMatchObject({ version: 'v1' });
    expect(await ask('u', '/score/v10')).toMatchObject({ status: 404 });
    await stage.gateway.close();
    expect(predictions()).toMatchObject([{ arm: 'candidate', version: 'v2', label: 'bad', score: 0.5 }]);
    const features = stage.batches().flatMap((batch) => batch.features);
    expect(features).toMatchObject([{ features: { age: 41, city: 'Ulm' }, label: 'bad' }]);
    expect(features[0]?.features).not.toHaveProperty('vip');
    await stage.restart();
  });

  test('is compared in the shadow', async () => {
    await stage.apply({ protocol: jsonProtocol, shadowPercent: 100 });
    await ask();
    await until(() => stage.batches().some(({ shadowPairs }) => shadowPairs.length === 1));
    expect(stage.batches().flatMap(({ shadowPairs }) => shadowPairs)).toMatchObject([
      { baselineLabel: 'good', candidateLabel: 'bad', baselineScore: 0.75, candidateScore: 0.5 },
    ]);
  });

  test.each([
    ['half of an answer', json('{"predictions":[{"label":')],
    ['a web page', (_: unknown, response: { end: (text: string) => void }) => response.end('<html>')],
    ['a failure', answers(500)],
  ])('whose candidate answers with %s is answered by the baseline', async (_, behaviour) => {
    await stage.apply({ protocol: jsonProtocol, weightPercent: 100 });
    stage.v2.behaviour = behaviour as Behaviour;
    expect(await ask()).toMatchObject({ status: 200, version: 'v1' });
    await until(() => stage.counts()['candidate']?.errors === 1);
  });

  test('may answer with a list', async () => {
    const list = { ...jsonProtocol, prediction: '/-/label', score: undefined } as never;
    await stage.apply({ protocol: list, weightPercent: 100 });
    stage.v2.behaviour = json([{ label: 3 }]);
    expect(await ask()).toMatchObject({ version: 'v2', text: '[{"label":3}]' });
    await until(() => predictions()[0]?.label === '3');
  });

  test('is asked for its readiness where its spec says', async () => {
    const warm = { protocol: jsonProtocol, weightPercent: 5, traffic: policyOf({ warmUp: 1 }) };
    stage.v2.behaviour = answers(503);
    expect(await stage.apply(warm)).toMatchObject({
      status: 502,
      body: { error: expect.stringContaining('/healthz says 503') },
    });
    stage.v2.behaviour = scored('bad');
    expect((await stage.apply(warm)).status).toBe(200);
    expect(stage.v2.requests.map(({ path }) => path)).toContain('/healthz');
  });

  test('may not have paths of another service, nor ranked lists', async () => {
    const put = async (service: string, over: object) => {
      const route = { ...stage.route(), service, protocol: jsonProtocol, ...over };
      const answer = await fetch(`${stage.gateway.adminUrl}/v1/routes/${service}`, {
        method: 'PUT',
        body: JSON.stringify(route),
      });
      return { status: answer.status, text: await answer.text() };
    };
    for (const path of ['/score', '/score/v1', '/score/v1/more'])
      expect(await put('other', { protocol: { ...jsonProtocol, path } })).toMatchObject({
        status: 422,
        text: expect.stringContaining('are those of digits'),
      });
    expect((await put('other', { protocol: { ...jsonProtocol, path: '/score/v2' } })).status).toBe(200);
    expect(await put('digits', { interleaving: { method: 'balanced', output: 'x', length: 3 } })).toMatchObject({
      text: expect.stringContaining('only ranked lists of the open-inference protocol'),
    });
  });
});

describe('a chat service', () => {
  const ask = async (unit = 'u') => {
    const headers = { 'x-user-key': unit, 'content-type': 'application/json' };
    const body = JSON.stringify({ model: 'tiny', stream: true, messages: [{ role: 'user', content: 'How was it?' }] });
    const url = `${stage.gateway.dataUrl}/v1/chat/completions`;
    const answer = await fetch(url, { method: 'POST', headers, body });
    return { status: answer.status, version: answer.headers.get('x-sluice-version'), text: await answer.text() };
  };
  const says = (content: string) =>
    json({ choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }], usage: {} });
  const delta = (more: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: more }] })}\n\n`;
  /** Who speaks comes at once, the first token after 150 ms, the end after 300 ms. */
  const streams =
    (tail = 'data: [DONE]\n\n'): Behaviour =>
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.write(delta({ role: 'assistant', content: '' }));
      setTimeout(() => response.write(delta({ content: 'Rather ' })), 150);
      setTimeout(() => response.end(delta({ content: 'negative.' }) + tail), 1500);
    };
  beforeEach(async () => {
    stage = await GatewayStage.open({}, {});
    stage.more = { config: { ...stage.options().config, services: services(chatProtocol) } };
    await stage.restart();
    [stage.v1.behaviour, stage.v2.behaviour] = [says('It was POSITIVE!'), says('Very  negative, I fear.')];
  });

  test('is routed, and the choice that an answer names is its label', async () => {
    await stage.apply({ protocol: chatProtocol, weightPercent: 100 });
    expect(await ask()).toMatchObject({ status: 200, version: 'v2' });
    stage.v2.behaviour = says('I cannot help with that.');
    await ask();
    stage.v2.behaviour = says('Perhaps.');
    await ask();
    await stage.gateway.close();
    expect(predictions().map(({ label }) => label)).toEqual(['very negative', '(refused)', '(none)']);
    expect(stage.batches().flatMap((batch) => batch.features)[0]?.features).toEqual({ messages: 1, characters: 11 });
    await stage.restart();
  });

  test('whose candidate answers with JSON that is no completion is answered by the baseline', async () => {
    await stage.apply({ protocol: chatProtocol, weightPercent: 100 });
    stage.v2.behaviour = json({ error: { message: 'out of memory' } });
    expect(await ask()).toMatchObject({ version: 'v1', text: expect.stringContaining('POSITIVE') });
  });

  test('streams tokens through; its latency is the first token’s, and its label that of the whole text', async () => {
    await stage.apply({ protocol: chatProtocol, weightPercent: 100 });
    stage.v2.behaviour = streams();
    const { version, text } = await ask();
    expect([version, text.endsWith('data: [DONE]\n\n')]).toEqual(['v2', true]);
    await stage.gateway.close();
    expect(predictions()).toMatchObject([{ label: 'negative', arm: 'candidate' }]);
    expect(predictions()[0]?.latencyMs).toBeGreaterThan(120);
    expect(predictions()[0]?.latencyMs).toBeLessThan(1200);
    await stage.restart();
  });

  test('that fails in the middle of a stream has failed, whatever its status', async () => {
    await stage.apply({ protocol: chatProtocol, weightPercent: 100 });
    stage.v2.behaviour = streams('data: {"error":{"message":"out of memory"}}\n\n');
    expect((await ask()).text).toContain('out of memory');
    await until(() => stage.counts()['candidate']?.errors === 1);
    expect(await metrics()).toContain('sluice_gateway');
    await stage.gateway.close();
    expect(predictions()[0]?.label).toBeNull();
    await stage.restart();
  });

  test('is compared in the shadow by the first token as well', async () => {
    await stage.apply({ protocol: chatProtocol, shadowPercent: 100 });
    [stage.v1.behaviour, stage.v2.behaviour] = [streams(), streams()];
    await ask();
    await until(() => stage.batches().some(({ shadowPairs }) => shadowPairs.length === 1));
    const [pair] = stage.batches().flatMap(({ shadowPairs }) => shadowPairs);
    expect(pair).toMatchObject({ baselineLabel: 'negative', candidateLabel: 'negative' });
    expect(pair?.candidateLatencyMs).toBeLessThan(1200);
  });
});

test('no answer and no request makes a reader throw', async () => {
  stage = await GatewayStage.open();
  const all = [stage.route().protocol, jsonProtocol, chatProtocol];
  const keys = [
    'predictions',
    'choices',
    'message',
    'outputs',
    'inputs',
    'rows',
    'customer',
    'content',
    'data',
    'shape',
  ];
  const object = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        object.map((value) => JSON.stringify(value)),
      ),
      (text) => {
        for (const one of all) {
          const { label, score } = readAnswer(one, text);
          expect(label === null || label.length <= 200).toBe(true);
          expect(score === null || Number.isFinite(score)).toBe(true);
          featuresOf(one, Buffer.from(text));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('an answer with nothing but the scores of all classes means the best one', () => {
  const outputs = [{ name: 'probabilities', shape: [1, 3], datatype: 'FP32', data: [0.1, 0.7, 0.2] }];
  const protocol = protocolSchema.parse({ model: 'digits' });
  expect(readAnswer(protocol, JSON.stringify({ outputs }))).toEqual({ label: '1', score: 0.7 });
});

function services(protocol: ReturnType<typeof protocolSchema.parse>) {
  return [{ service: 'digits', baseline: { version: 'v1', url: stage.v1.url }, protocol }];
}
