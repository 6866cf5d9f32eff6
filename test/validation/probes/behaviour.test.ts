import { afterEach, describe, expect, test } from '@jest/globals';
import { runProbes } from '../../../src/validation/probes/index.js';
import type { FakeServer } from '../../gateway/stage.js';
import { bySum, clientOf, type Model, planOf, stageOf, startModel, sums } from './scripted-server.js';

const open: FakeServer[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function probed(model: Model, check: object, rows?: readonly number[][]) {
  const server = await startModel(model);
  open.push(server);
  const stage = await stageOf(clientOf(server), clientOf(server), rows === undefined ? {} : { rows });
  server.requests.length = 0;
  const [found] = await runProbes(planOf([check]), stage);
  return { found, server };
}

describe('invariance', () => {
  const invariance = (change: object, over: object = {}) => ({ metric: 'invariance', change, ...over });

  test('holds where the feature does not matter, under every value', async () => {
    const { found, server } = await probed(
      (rows) => ({ labels: rows.map(([a]) => ((a ?? 0) < 5 ? 'low' : 'high')) }),
      invariance({ c: { oneOf: [1, 2, 3] }, b: { set: 0 } }),
    );
    expect(found).toMatchObject({
      name: 'invariance c b',
      verdict: 'pass',
      candidate: { samples: 20, value: 1 },
      limits: { min: 1 },
    });
    // Three values, twenty rows in batches of ten.
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(6);
  });

  test('a row that one of the values changes counts as changed', async () => {
    const { found } = await probed(bySum, invariance({ c: { oneOf: [0, 3, 9] } }, { min: 0.5 }));
    // Of 0..9 with half of it: from 1 to 3 nothing reaches ten, 4 and 5 lie between, from 5.x on all do.
    expect(found?.verdict).toBe('fail');
    expect(found?.candidate.samples).toBe(20);
    expect(found?.details?.['examples']).toContainEqual(
      expect.objectContaining({ after: expect.stringMatching(/^[01] /) }),
    );
  });

  test('add and multiply work on what is there', async () => {
    const { found } = await probed(sums, invariance({ a: { add: 1 }, b: { multiply: 1 }, c: { add: -1 } }));
    expect(found).toMatchObject({ verdict: 'pass', candidate: { value: 1 } });
    const { found: doubled } = await probed(sums, invariance({ a: { multiply: 2 } }));
    // Rows 0 and 10 have zero there.
    expect(doubled).toMatchObject({ verdict: 'fail', candidate: { value: 0.1 } });
  });

  test('too many combinations are not tried, and a feature that there is not is named', async () => {
    const oneOf = Array.from({ length: 11 }, (_, at) => at);
    const { found } = await probed(bySum, invariance({ a: { oneOf }, b: { oneOf } }));
    expect(found).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringContaining('121 combinations: at most 100'),
    });
    await expect(probed(bySum, invariance({ age: { set: 1 } }))).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('"age" among a, b, c'),
    });
  });

  test('a change that is refused is a changed prediction', async () => {
    const { found } = await probed(
      (rows) => (rows.some(([a]) => a === 100) ? { status: 400 } : bySum(rows)),
      invariance({ a: { set: 100 } }),
    );
    expect(found).toMatchObject({
      verdict: 'fail',
      candidate: { value: 0 },
      reason: expect.stringMatching(/no answer: .*400/),
    });
  });
});

describe('directional', () => {
  const directional = (over: object) => ({
    metric: 'directional',
    change: { a: { add: 2 } },
    expect: 'increase',
    ...over,
  });

  test.each<[string, Model, object, string, number | null]>([
    ['a number that rises', sums, {}, 'pass', 1],
    ['a number that ought to fall', sums, { expect: 'decrease' }, 'fail', 0],
    ['a number that stays', (rows) => ({ values: rows.map(() => 1) }), {}, 'pass', 1],
    ['a number that stays and must move', (rows) => ({ values: rows.map(() => 1) }), { strict: true }, 'fail', 0],
    ['the score of a class that rises', bySum, { of: '1', strict: true }, 'pass', 1],
    ['the score of the other class', bySum, { of: '0' }, 'fail', 0],
    ['a move within the tolerance', sums, { expect: 'decrease', tolerance: 2 }, 'pass', 1],
  ])('%s', async (_, model, over, verdict, value) => {
    const { found } = await probed(model, directional(over));
    expect(found).toMatchObject({ verdict, candidate: { samples: 20, value } });
  });

  test.each<[string, Model, object, RegExp]>([
    ['labels without `of`', bySum, {}, /predictions are no numbers: `of` names the class/],
    ['a class that there is not', bySum, { of: 'cat' }, /there is no class "cat" among 0, 1/],
    ['no scores', (rows) => ({ labels: rows.map((_, at) => at % 2) }), { of: '1' }, /gives no scores/],
    [
      'more scores than classes that were seen',
      (rows) => ({ labels: rows.map((_, at) => at % 2), scores: rows.map(() => [0.5, 0.3, 0.2]) }),
      { of: '1' },
      /3 scores and 2 classes in the sample \(0, 1\)/,
    ],
  ])('%s: nothing is known', async (_, model, over, reason) => {
    const { found } = await probed(model, directional(over));
    expect(found).toMatchObject({ verdict: 'inconclusive', candidate: { samples: 0, value: null } });
    expect(found?.reason).toMatch(reason);
  });

  test('classes that are numbers are in the order of numbers', async () => {
    // As text, 10 would come before 9, and the score of 10 would be taken for that of 9.
    const model: Model = (rows) => ({
      labels: rows.map(([a]) => ((a ?? 0) < 5 ? 9 : 10)),
      scores: rows.map(([a]) => [1 / (1 + (a ?? 0)), 1 - 1 / (1 + (a ?? 0))]),
    });
    expect((await probed(model, directional({ of: '10', strict: true }))).found?.verdict).toBe('pass');
    expect((await probed(model, directional({ of: '9', strict: true }))).found?.verdict).toBe('fail');
  });
});
