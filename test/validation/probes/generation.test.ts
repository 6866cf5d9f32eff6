import { afterEach, describe, expect, test } from '@jest/globals';
import { protocol as protocolSchema } from '../../../src/domain/spec/target.js';
import { runProbes } from '../../../src/validation/probes/index.js';
import { type FakeServer, startServer } from '../../gateway/stage.js';
import { bySum, clientOf, planOf, stageOf, startModel } from './scripted-server.js';

const open: FakeServer[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

type Says = (prompt: string) => { content: string; tokens?: number } | { status: number };
/** Streams two tokens, the first after some milliseconds. */
async function startChat(says: Says, firstTokenMs = 1): Promise<FakeServer> {
  const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const server = await startServer((_, response, body) => {
    const answer = says(JSON.parse(body).messages.at(-1).content);
    if ('status' in answer) return void response.writeHead(answer.status).end('{"error":"no"}');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    setTimeout(() => {
      response.write(event({ choices: [{ index: 0, delta: { content: answer.content }, finish_reason: null }] }));
      setTimeout(() => {
        response.write(event({ choices: [{ index: 0, delta: { content: '.' }, finish_reason: 'stop' }] }));
        response.end(
          `${event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: answer.tokens ?? 20 } })}data: [DONE]\n\n`,
        );
      }, 10);
    }, firstTokenMs);
  });
  open.push(server);
  return server;
}
const chat = (server: FakeServer) => clientOf(server, protocolSchema.parse({ kind: 'chat', model: 'tiny' }), 30_000);
const stageWith = (ours: FakeServer, theirs: FakeServer, prompts: readonly (string | null)[]) =>
  stageOf(chat(ours), chat(theirs), { rows: prompts.map(() => [1]), fields: (at) => ({ text: prompts[at] ?? null }) });
const plan = (...checks: object[]) => planOf(checks, { prompt: 'text' });
const PROMPTS = ['one', 'two', 'three', 'four'];

test('prompts are asked once for all checks, of the baseline where one compares; a row without a prompt is none', async () => {
  const [ours, theirs] = [
    await startChat(() => ({ content: 'yes', tokens: 10 })),
    await startChat(() => ({ content: 'yes' })),
  ];
  const stage = await stageWith(ours, theirs, [...PROMPTS, null]);
  const free = plan({ metric: 'refusal_rate', max: 0.1 }, { metric: 'tokens_out', max: 15 });
  expect(await runProbes(free, stage)).toMatchObject([
    { verdict: 'pass', candidate: { samples: 4, value: 0 }, baseline: { value: null } },
    { verdict: 'pass', candidate: { samples: 4, value: 10 } },
  ]);
  expect([ours.requests.length, theirs.requests.length]).toEqual([4, 0]);
  const compared = plan(
    { metric: 'generation_error_rate', max: 0 },
    { metric: 'tokens_out', noWorseThan: 'baseline' },
    { metric: 'tokens_per_second', min: 0.1 },
    { metric: 'generation_p95', max: 25_000 },
  );
  const found = await runProbes(compared, stage);
  expect(found.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass']);
  expect(found[1]).toMatchObject({ candidate: { value: 10 }, baseline: { samples: 4, value: 20 } });
  expect([ours.requests.length, theirs.requests.length]).toEqual([8, 4]);
  expect(found[0]?.details).toMatchObject({
    generations: [
      { version: 'candidate', prompts: 4, errors: 0, tokensOut: 40 },
      { version: 'baseline', prompts: 4, tokensOut: 80 },
    ],
  });
});

test('a model that is slower to its first token fails against the baseline', async () => {
  const [ours, theirs] = [await startChat(() => ({ content: 'a' }), 400), await startChat(() => ({ content: 'a' }))];
  const stage = await stageWith(ours, theirs, PROMPTS);
  const [found] = await runProbes(plan({ metric: 'first_token_p50', noWorseThan: 'baseline', margin: 20 }), stage);
  expect(found).toMatchObject({ verdict: 'fail', better: 'lower' });
  expect(found?.candidate.value).toBeGreaterThan(390);
  expect(found?.reason).toMatch(/more than 20\.0 ms above the baseline/);
});

test('prompts without an answer are errors; where all are, the rest is not known', async () => {
  const ours = await startChat((prompt) => (prompt === 'two' ? { status: 500 } : { content: 'a' }));
  const stage = await stageWith(ours, ours, PROMPTS);
  const [errors] = await runProbes(plan({ metric: 'generation_error_rate', max: 0.1 }), stage);
  expect(errors).toMatchObject({ verdict: 'fail', candidate: { samples: 4, value: 0.25 } });
  expect(errors?.reason).toMatch(/1 without an answer, the first with: .*500/);
  const dead = await startChat(() => ({ status: 500 }));
  const checks = plan(
    { metric: 'generation_error_rate', max: 0.1 },
    { metric: 'refusal_rate', max: 1 },
    { metric: 'tokens_out', max: 1 },
  );
  expect((await runProbes(checks, await stageWith(dead, dead, PROMPTS))).map(({ verdict }) => verdict)).toEqual([
    'fail',
    'inconclusive',
    'inconclusive',
  ]);
});

test('what has no prompts is not known', async () => {
  const classifier = await startModel(bySum);
  open.push(classifier);
  const stage = await stageOf(clientOf(classifier), clientOf(classifier));
  const check = plan({ metric: 'refusal_rate', max: 1 });
  expect((await runProbes(check, stage))[0]).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('no language model'),
  });
  const ours = await startChat(() => ({ content: 'a' }));
  expect((await runProbes(check, await stageWith(ours, ours, [null, ''])))[0]).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('no row has a prompt in text'),
  });
});

describe('the memory of a server', () => {
  const memory = (over: object) => planOf([{ metric: 'server_memory', ...over }]);
  test('is held to a maximum and to the baseline', async () => {
    const [ours, theirs] = [await startModel(bySum), await startModel(bySum)];
    open.push(ours, theirs);
    [ours.memory, theirs.memory] = [300 * 2 ** 20, 200 * 2 ** 20];
    const stage = await stageOf(clientOf(ours), clientOf(theirs));
    const verdictOf = async (over: object) => (await runProbes(memory(over), stage))[0]?.verdict;
    expect(await verdictOf({ max: 400 * 2 ** 20 })).toBe('pass');
    expect(await verdictOf({ max: 250 * 2 ** 20 })).toBe('fail');
    expect(await verdictOf({ noWorseThan: 'baseline', margin: 100 * 2 ** 20 })).toBe('pass');
    const [found] = await runProbes(memory({ noWorseThan: 'baseline', margin: 2 ** 20 }), stage);
    expect(found?.reason).toBe(
      'server_memory: candidate 300.0 MiB, baseline 200.0 MiB on 1 reading; more than 1.0 MiB above the baseline',
    );
    theirs.memory = null;
    expect(await runProbes(memory({ noWorseThan: 'baseline' }), stage)).toMatchObject([
      { verdict: 'inconclusive', reason: expect.stringContaining('baseline: the server does not tell its memory') },
    ]);
  });

  test('that no server tells is not known', async () => {
    const ours = await startModel(bySum);
    open.push(ours);
    const stage = await stageOf(clientOf(ours), clientOf(ours));
    const [found] = await runProbes(memory({ max: 1 }), stage);
    expect(found).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('no metricsUrl') });
    await ours.close();
    expect((await runProbes(memory({ max: 1 }), stage))[0]?.verdict).toBe('inconclusive');
  });
});
