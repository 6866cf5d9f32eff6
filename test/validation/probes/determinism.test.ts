import { afterEach, expect, test } from '@jest/globals';
import { readDigits } from '../../../examples/model-server/dataset.js';
import { startModelServer } from '../../../examples/model-server/server.js';
import { protocol as protocolSchema } from '../../../src/domain/spec/target.js';
import { runProbes } from '../../../src/validation/probes/index.js';
import { type FakeServer, resets, startServer } from '../../gateway/stage.js';
import { bySum, clientOf, type Model, planOf, stageOf, startModel, sums } from './scripted-server.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const started = async (model: Model) => {
  const server = await startModel(model);
  open.push(server);
  return server;
};
const determinism = (over: object = {}) => planOf([{ metric: 'determinism', ...over }]);
const posts = ({ requests }: FakeServer) => requests.filter(({ method }) => method === 'POST');

test('a model that answers the same again passes; once it is asked row by row, once in another order', async () => {
  const server = await started(bySum);
  const stage = await stageOf(clientOf(server), clientOf(server));
  server.requests.length = 0;
  const [found] = await runProbes(determinism(), stage);
  expect(found).toMatchObject({ verdict: 'pass', candidate: { samples: 20, value: 1 }, limits: { min: 1 } });
  expect(found?.reason).toBe('determinism: candidate 100.00 % on 20 rows');
  expect(posts(server)).toHaveLength(22);
  expect(new Set(stage.beats)).toEqual(new Set(['determinism 1', 'determinism 2']));
  expect(stage.beats).toHaveLength(22);
});

test('one that draws lots fails, in batches too', async () => {
  let draws = 0;
  const server = await started((rows) => ({ labels: rows.map(() => (draws++ % 7 === 0 ? 1 : 0)) }));
  const stage = await stageOf(clientOf(server), clientOf(server));
  const [found] = await runProbes(determinism({ min: 0.95, repeats: 3 }), stage);
  expect(found?.verdict).toBe('fail');
  expect(found?.reason).toMatch(/below the minimum of 95\.00 %.*in another order \d+ rows differ/);
  expect(found?.details?.['examples']).toContainEqual(expect.objectContaining({ asked: 'in another order' }));
});

test('numbers and scores may differ within the tolerance', async () => {
  let asked = 0;
  const server = await started((rows) => {
    asked += 1;
    const answer = sums(rows) as { values: number[] };
    return { values: answer.values.map((value) => value + asked * 1e-6) };
  });
  const stage = await stageOf(clientOf(server), clientOf(server));
  const [strict, loose] = [
    await runProbes(determinism(), stage),
    await runProbes(determinism({ tolerance: 0.01 }), stage),
  ];
  expect([strict[0]?.verdict, loose[0]?.verdict]).toEqual(['fail', 'pass']);
});

test('a row that gets no answer again is not answered alike', async () => {
  const server = await started(bySum);
  const stage = await stageOf(clientOf(server), clientOf(server));
  server.model = (rows) => (rows.some(([first]) => first === 4) ? { status: 500 } : bySum(rows));
  const [found] = await runProbes(determinism(), stage);
  expect(found).toMatchObject({ verdict: 'fail', candidate: { samples: 20, value: 0.9 } });
  expect(found?.reason).toMatch(/alone and in a batch differ on 2 rows.*no answer: .*500/);
});

test('without rows there is nothing to say', async () => {
  const server = await started(bySum);
  const stage = { ...(await stageOf(clientOf(server), clientOf(server))), sample: [] };
  const [found] = await runProbes(determinism(), stage);
  expect(found).toMatchObject({ verdict: 'inconclusive', reason: expect.stringContaining('there are no rows to try') });
});

test('a server that goes away for a moment is waited for; one that stays away is an error', async () => {
  const server = await started(bySum);
  const stage = await stageOf(clientOf(server), clientOf(server));
  let asked = 0;
  server.model = (rows) => (asked++ === 3 ? resets : bySum(rows));
  expect((await runProbes(determinism(), stage))[0]?.verdict).toBe('pass');
  await server.close();
  await expect(runProbes(determinism(), stage)).rejects.toMatchObject({
    code: 'MODEL_UNREACHABLE',
    message: expect.stringMatching(/determinism 1: the server is gone: model m v at http/),
  });
});

test('a server that hangs is given up after ten time-outs', async () => {
  const server = await started(bySum);
  const pass = await stageOf(clientOf(server), clientOf(server));
  const stage = { ...pass, candidate: clientOf(server, undefined, 100), patienceMs: 5000 };
  server.model = () => () => undefined;
  server.requests.length = 0;
  const [found] = await runProbes(determinism({ repeats: 1 }), stage);
  expect(found).toMatchObject({ verdict: 'fail', candidate: { samples: 20, value: 0 } });
  expect(posts(server)).toHaveLength(10);
});

test('a probe that is called off ends at once', async () => {
  const server = await started(bySum);
  const aborter = new AbortController();
  const stage = await stageOf(clientOf(server, undefined, 5000), clientOf(server), { signal: aborter.signal });
  server.model = () => () => aborter.abort(new Error('called off'));
  await expect(runProbes(determinism(), stage)).rejects.toThrow('called off');
});

test.each([
  ['v2', 'pass', 1],
  ['v3', 'fail', 0.3],
] as const)('the example server %s: %s', async (version, verdict, most) => {
  const server = await startModelServer({ version, port: 0 });
  open.push(server);
  const client = clientOf(server, { kind: 'open-inference', model: 'digits', unitKey: 'request' }, 10_000);
  const { rows } = readDigits('digits-holdout.csv');
  const base = await stageOf(client, client, { rows: rows.slice(0, 60), batchSize: 50 });
  const stage = { ...base, columns: { ...base.columns, features: rows[0]?.map((_, at) => `p${at}`) ?? [] } };
  const [found] = await runProbes(determinism(), stage);
  process.stderr.write(`${found?.reason}\n`);
  expect(found?.verdict).toBe(verdict);
  expect(found?.candidate.value).toBeLessThanOrEqual(most);
  if (version === 'v3') expect(found?.reason).toMatch(/alone and in a batch differ on \d\d rows/);
});

test('a language model is asked its prompts again', async () => {
  let asked = 0;
  const reply = (content: string) =>
    JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }] });
  const server = await startServer((_, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(reply(asked > 15 ? 'no' : 'yes'));
  });
  open.push(server);
  const chat = clientOf(server, protocolSchema.parse({ kind: 'chat', model: 'tiny', stream: false }));
  const stage = await stageOf(chat, chat, {
    rows: [[1], [2], [3], [4], [5]],
    fields: (at) => ({ text: `prompt ${at}` }),
  });
  const plan = planOf([{ metric: 'determinism' }], { prompt: 'text' });
  expect((await runProbes(plan, stage))[0]).toMatchObject({ verdict: 'pass', candidate: { samples: 5, value: 1 } });
  asked = 12;
  const [found] = await runProbes(plan, stage);
  expect(found).toMatchObject({ verdict: 'fail', candidate: { samples: 5, value: 0.4 } });
});
