import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { scaling } from '../../src/domain/spec/scaling.js';
import { ALL_PHASES, freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(60_000);
const fresh = freshNames('scaling');
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const target = { driver: 'local', name: 'digits-v2' } as const;
const scaled = (service: string, over: object = {}, phases: Parameters<typeof spec>[0] = {}) => ({
  ...spec(phases, service),
  scaling: scaling.parse({ candidate: target, baseline: target, percentPerReplica: 10, ...over }),
});

test('before each rise the replicas it needs, and after the end what lost gives its own back', async () => {
  const world = new World();
  const service = fresh();
  const { state, lines } = await stage.run(world, service, async () => {
    const rollout = await stage.start(scaled(service, {}, ALL_PHASES), service);
    return { state: await rollout.result(), lines: world.decisions };
  });
  expect(state.status).toBe('promoted');
  expect(world.scaled).toEqual([0, 100, 10, 50, 50, 100, 'v1']);
  expect(lines.filter(({ action }) => action === 'scaling').map(({ reason }) => reason)).toEqual([
    'v1: 2 -> 0 replicas',
  ]);
});

test('a rollback goes first, and does not wait for replicas', async () => {
  const world = new World();
  const service = fresh();
  world.guardrail = ({ weightPercent }) => (weightPercent === 50 ? 'fail' : 'pass');
  const state = await stage.run(world, service, async () => (await stage.start(scaled(service), service)).result());
  expect(state.status).toBe('rolled-back');
  expect(world.scaled).toEqual([0, 10, 50, 'v2']);
  const [back, down] = ['rollback', 'scaling'].map((action) =>
    world.decisions.findIndex((line) => line.action === action),
  );
  expect(back).toBeLessThan(down ?? -1);
});

test('replicas that are not there pause it; whoever resumes it goes on with those that are', async () => {
  const world = new World();
  const service = fresh();
  const state = await stage.run(world, service, async () => {
    const rollout = await stage.start(scaled(service), service);
    await rollout.until(({ weightPercent }) => weightPercent === 10);
    world.lacksReplicas = true;
    const held = await rollout.until(({ paused }) => paused !== null);
    expect(held).toMatchObject({
      status: 'paused',
      weightPercent: 10,
      paused: { actor: 'scaling', reason: 'v2: 0 of 2 replicas are ready' },
    });
    world.lacksReplicas = false;
    await sendCommand(stage.temporal.client, service, 'resume', { actor: 'bob', reason: 'quota is up' });
    return rollout.result();
  });
  expect(state.status).toBe('promoted');
  expect(world.decisions.filter(({ action }) => action === 'scaling').map(({ reason }) => reason)).toEqual([
    'v2: 0 of 2 replicas are ready (held)',
    'v1: 2 -> 0 replicas',
  ]);
});

test('where the spec says so it goes on all the same', async () => {
  const world = new World();
  const service = fresh();
  world.lacksReplicas = true;
  const state = await stage.run(world, service, async () =>
    (await stage.start(scaled(service, { onFailure: 'continue' }), service)).result(),
  );
  expect(state.status).toBe('promoted');
  expect(world.decisions.filter(({ reason }) => reason.endsWith('(goes on)'))).toHaveLength(4);
});

test('an abort ends the wait for replicas', async () => {
  const world = new World();
  const service = fresh();
  world.lacksReplicas = true;
  const state = await stage.run(world, service, async () => {
    const rollout = await stage.start(scaled(service), service);
    await rollout.until(({ paused }) => paused !== null);
    await sendCommand(stage.temporal.client, service, 'abort', { actor: 'bob', reason: 'no capacity' });
    return rollout.result();
  });
  expect(state).toMatchObject({ status: 'aborted', reason: expect.stringContaining('no capacity') });
});

describe('what was shown before the replicas for all began', () => {
  const steps = [{ setWeight: 50, bake: '20ms', maxDuration: '1h', minSamples: 1 }] as const;
  /** Only the cutover's own gate asks for no samples. */
  const blindAtCutover = (world: World) => {
    world.gate = (gate) => (gate.kind === 'samples' && gate.minSamples === 0 ? 'inconclusive' : 'pass');
  };

  test('must be so when they are there', async () => {
    const [world, service] = [new World(), fresh()];
    blindAtCutover(world);
    await stage.run(world, service, async () => {
      const rollout = await stage.start(scaled(service, {}, { canary: { steps: [...steps] } }), service);
      const waits = await rollout.until(({ phase, waiting }) => phase === 'cutover' && waiting?.kind === 'samples');
      expect(waits).toMatchObject({ weightPercent: 50, waiting: { note: 'evidence before the cutover' } });
      expect(world.traffic()).not.toContain('all v2');
      world.gate = () => 'pass';
      expect((await rollout.result()).status).toBe('promoted');
    });
  });

  test('is not asked for where a person has promoted in full', async () => {
    const [world, service] = [new World(), fresh()];
    blindAtCutover(world);
    const long = [{ ...steps[0], bake: '1h', maxDuration: '2h' }];
    const rights = { promoteFull: ['bob'], breakGlass: [], trustSignals: false };
    await stage.run(world, service, async () => {
      const rollout = await stage.start({ ...scaled(service, {}, { canary: { steps: long } }), rights }, service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await sendCommand(stage.temporal.client, service, 'promote-full', { actor: 'bob', reason: 'it must out' });
      expect((await rollout.result()).status).toBe('promoted');
    });
  });
});
