import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('pauses');
const paused = (duration: string, maxDuration: string) => ({
  canary: {
    steps: [{ setWeight: 10, bake: '20ms', maxDuration }, { pause: { duration } }, { setWeight: 50, bake: '20ms' }],
  },
});

test('what was shown before a timed pause and is not after it is waited for again', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec(paused('3s', '1h'), service), service);
    await rollout.until(({ waiting, step }) => waiting?.kind === 'bake' && step === 1);
    world.gate = () => 'inconclusive';
    await rollout.until(({ waiting }) => waiting?.kind === 'samples');
    const { waiting } = await rollout.state();
    expect(Date.parse(waiting?.until ?? '') - Date.now()).toBeGreaterThan(3_000_000);
    expect(world.traffic()).toEqual(['10']);
    world.gate = () => 'pass';
    expect(await rollout.result()).toMatchObject({ status: 'promoted' });
  });
  expect(world.traffic()).toEqual(['10', '50', 'all v2']);
});

test('nobody is asked twice: who has let it pass without evidence has decided on it', async () => {
  const [world, service] = [new World(), fresh()];
  world.gate = (_, { weightPercent }) => (weightPercent === 10 ? 'inconclusive' : 'pass');
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec(paused('1s', '100ms'), service), service);
    await rollout.until(({ waiting }) => waiting?.kind === 'hold');
    await sendCommand(stage.temporal.client, service, 'approve', { actor: 'bob', reason: 'it is enough' });
    expect(await rollout.result()).toMatchObject({ status: 'promoted' });
  });
  expect(world.decisions.filter(({ action }) => action === 'hold')).toHaveLength(1);
  expect(world.traffic()).toEqual(['10', '50', 'all v2']);
});

/** Frozen at 10 %, and nothing is known of the candidate any more. */
async function frozenAndBlind(world: World, service: string, over: object = {}) {
  world.guardrail = ({ weightPercent, shadowPercent }) => {
    if (weightPercent === 10 || shadowPercent > 0) world.frozen = FREEZE;
    return 'pass';
  };
  const rollout = await stage.start({ ...spec(over, service), rights: RIGHTS }, service);
  await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
  world.guardrail = () => 'inconclusive';
  await rollout.until(({ verdict }) => verdict === 'inconclusive');
  return rollout;
}
const FREEZE = { until: null, reason: 'the big sale (freeze f1 by sre)', ids: ['f1'] };
const RIGHTS = { promoteFull: [], breakGlass: ['bob'], trustSignals: false };

test.each([
  ['a weight', {}, ['10', '50', 'all v2']],
  ['the shadow', { shadow: { sample: 20, minSamples: 20, maxDuration: '1h' } }, ['0+shadow 20', '10', '50', 'all v2']],
])('what was shown before a freeze and is not after it is waited for again: %s', async (_, over, course) => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await frozenAndBlind(world, service, over);
    world.frozen = null;
    await rollout.until(({ waiting }) => waiting?.kind === 'samples');
    expect(world.traffic()).toEqual(course.slice(0, 1));
    // What holds it by then holds it again.
    world.frozen = FREEZE;
    world.guardrail = () => 'pass';
    await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
    world.frozen = null;
    expect((await rollout.result()).status).toBe('promoted');
  });
  expect(world.traffic()).toEqual(course);
});

test('who breaks the glass goes on with what is known', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await frozenAndBlind(world, service);
    await sendCommand(stage.temporal.client, service, 'break-glass', { actor: 'bob', reason: 'the fix must go out' });
    await rollout.until(({ weightPercent }) => weightPercent === 50);
    world.guardrail = () => 'pass';
    world.frozen = null;
    expect((await rollout.result()).status).toBe('promoted');
  });
});
