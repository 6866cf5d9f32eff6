import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stableRoute, trialRoute } from '../../src/domain/exposure.js';
import { answers, GatewayStage, predicts, resets, until } from '../gateway/stage.js';
import { spec } from '../workflow/harness.js';

let stage: GatewayStage;
beforeEach(async () => {
  stage = await GatewayStage.open();
});
afterEach(() => stage.close());

const users = Array.from({ length: 400 }, (_, i) => `user-${i}`);
const versions = async () => {
  const met = new Map<string, string | null>();
  for (const user of users) met.set(user, (await stage.infer(user)).version);
  return met;
};
const share = (met: Map<string, string | null>, version: string) =>
  [...met.values()].filter((one) => one === version).length / met.size;

/** After a cutover from v1 to v2. */
const cutover = (percent: number, epoch: number) =>
  stage.apply({
    epoch,
    baseline: { version: 'v2', url: stage.v2.url },
    candidate: null,
    weightPercent: 0,
    shadowPercent: 0,
    leaseMs: null,
    ...(percent === 0 ? {} : { holdback: { target: { version: 'v1', url: stage.v1.url }, percent } }),
  });

describe('a holdback', () => {
  test('keeps the units that would have met the candidate last, and no others, until it ends', async () => {
    await stage.apply({ epoch: 5, weightPercent: 90 });
    const trial = await versions();
    await cutover(10, 6);
    const held = await versions();
    expect(share(held, 'v1')).toBeGreaterThan(0.05);
    expect(share(held, 'v1')).toBeLessThan(0.15);
    // Who met the candidate at 90 % meets it now: nobody moves back.
    for (const [user, version] of trial) expect(held.get(user)).toBe(version);
    await cutover(0, 7);
    expect(share(await versions(), 'v2')).toBe(1);
  });

  test('is recorded as another version, in no arm of a comparison', async () => {
    await cutover(50, 6);
    await versions();
    await stage.gateway.close();
    const met = new Set(
      stage.batches().flatMap(({ predictions }) => predictions.map(({ arm, version }) => `${arm} ${version}`)),
    );
    expect(met).toEqual(new Set(['baseline v2', 'other v1']));
    await stage.restart();
  });

  test.each([
    ['says an error', answers(500)],
    ['breaks off', resets],
  ])('where the old version %s, the new one answers', async (_, behaviour) => {
    await cutover(99, 6);
    stage.v1.behaviour = behaviour;
    for (const user of users.slice(0, 20))
      expect(await stage.infer(user)).toMatchObject({ status: 200, version: 'v2' });
    stage.v1.behaviour = predicts('one');
    await until(async () => (await stage.infer('user-1')).version === 'v1');
  });

  test('is no part of a route with a candidate', async () => {
    const holdback = { target: { version: 'v1', url: stage.v1.url }, percent: 2 };
    const { status, body } = await stage.apply({ epoch: 8, weightPercent: 5, holdback });
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('nobody is held back')]);
  });
});

test('a cutover holds back as many as the spec says, and a way back holds back nobody', () => {
  const given = spec({}, 'digits');
  expect(stableRoute(given, 'r1', 9, 'candidate', 2)).toMatchObject({
    baseline: { version: 'v2' },
    holdback: { target: { version: 'v1' }, percent: 2 },
  });
  expect(stableRoute(given, 'r1', 9, 'candidate')).not.toHaveProperty('holdback');
  expect(stableRoute(given, 'r1', 9, 'baseline', 2)).not.toHaveProperty('holdback');
  expect(trialRoute(given, 'r1', 9, { weightPercent: 5, shadowPercent: 0 })).not.toHaveProperty('holdback');
});
