import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Behaviour, GatewayStage, predicts, until } from './stage.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open({ shadowInFlight: 1, shadowAnswerMs: 300 });
  await stage.apply({ shadowPercent: 100 });
});
afterEach(() => stage.close());

/** Says something all the time, and never ends. */
const endless =
  (type: string): Behaviour =>
  (_, response) => {
    response.writeHead(200, { 'content-type': type });
    const timer = setInterval(() => response.write('data: {"text":"on and on"}\n\n'), 20);
    response.on('close', () => clearInterval(timer));
  };
const pairs = () => stage.batches().flatMap((batch) => batch.shadowPairs);

test.each([
  ['application/json', true],
  ['text/event-stream', false],
])('a copy whose answer (%s) never ends makes room for the next; it failed: %s', async (type, candidateError) => {
  stage.v2.behaviour = endless(type);
  await stage.infer('user-1');
  await until(() => stage.v2.requests.length === 1);
  stage.v2.behaviour = predicts('two');
  await stage.infer('user-2');
  await until(() => pairs().length === 2);
  expect(pairs()).toMatchObject([
    { candidateError, candidateLabel: null },
    { candidateError: false, candidateLabel: 'two' },
  ]);
});
