import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { lastPortion } from '../../workflows/portion.js';
import { freshNames, Stage, spec, trusting, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('store-away');
const PAUSES = 60;

test('what gathers while the store is away goes there in parts that Temporal takes, in order', async () => {
  const [world, service] = [new World(), fresh()];
  const sizes: number[] = [];
  /** What the view said while the ledger was not complete. */
  const before: string[] = [];
  const { record, recordDecisions, ...others } = world.activities();
  const weighed = {
    ...others,
    record: async (change: Parameters<typeof record>[0]) => {
      await record(change);
      sizes.push(JSON.stringify(change.decisions).length);
    },
    recordDecisions: async (decisions: Parameters<typeof recordDecisions>[0]) => {
      await recordDecisions(decisions);
      sizes.push(JSON.stringify(decisions).length);
      before.push(...world.states.map(({ status }) => status));
    },
  };
  await stage.run(Object.assign(Object.create(world), { activities: () => weighed }), service, async () => {
    const given = trusting(spec({ canary: { steps: [{ setWeight: 10, bake: '1h' }] } }, service));
    const rollout = await stage.start(given, service);
    await rollout.until((state) => state.waiting?.kind === 'bake');
    world.storeDown = true;
    for (let i = 0; i < PAUSES; i += 1)
      for (const command of ['pause', 'resume'])
        await rollout.handle.signal(command, { actor: 'bob', reason: `${i} ${'x'.repeat(990)}` });
    await rollout.handle.signal('abort', { actor: 'bob', reason: 'seen enough' });
    await rollout.until((state) => state.weightPercent === 0);
    world.storeDown = false;
    expect(await rollout.result()).toMatchObject({ status: 'aborted' });
  });
  const actions = world.decisions.map(({ action }) => action);
  expect(actions.filter((action) => action === 'pause')).toHaveLength(PAUSES);
  expect(actions.at(-1)).toBe('abort');
  expect(world.decisions.map(({ sequence }) => sequence)).toEqual(actions.map((_, i) => i + 1));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(150_000);
  expect(Math.max(...sizes)).toBeLessThan(65_000);
  expect(before.length).toBeGreaterThan(0);
  expect(before).not.toContain('aborted');
});

test('the last of a list are those that fit, one at least, in their order', () => {
  expect(lastPortion([])).toEqual([]);
  // With its quotes each is three characters.
  expect(lastPortion(['a', 'b', 'c'], 9)).toEqual(['a', 'b', 'c']);
  expect(lastPortion(['a', 'b', 'c'], 8)).toEqual(['b', 'c']);
  expect(lastPortion(['a', 'b', 'c'], 1)).toEqual(['c']);
});
