import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { ALL_PHASES, freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('course');
const ask = (service: string, command: Parameters<typeof sendCommand>[2], forMs?: number, actor = 'bob') =>
  sendCommand(stage.temporal.client, service, command, { actor, reason: 'why', ...(forMs ? { forMs } : {}) });
const RIGHTS = { promoteFull: ['bob'], breakGlass: ['bob'], trustSignals: true };
const steps = (...weights: number[]) => ({
  canary: { steps: weights.map((setWeight) => ({ setWeight, bake: '1h' as const, minSamples: 1000 })) },
});

test('promote passes one gate, time and evidence, and no more than one', async () => {
  const [world, service] = [new World(), fresh()];
  world.gate = () => 'inconclusive';
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec(steps(10, 50), service), service);
    await rollout.until(({ waiting, weightPercent }) => weightPercent === 10 && waiting?.kind === 'bake');
    await ask(service, 'promote');
    await rollout.until(({ waiting, weightPercent }) => weightPercent === 50 && waiting?.kind === 'bake');
    await ask(service, 'promote');
    expect((await rollout.result()).status).toBe('promoted');
  });
  const promotions = world.decisions.filter(({ action, actor }) => action === 'promote' && actor === 'bob');
  expect(promotions.map(({ reason }) => reason)).toEqual(['canary 10 %: why', 'canary 50 %: why']);
});

test('promote is no way around an approval', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const phases = { canary: { steps: [{ setWeight: 10, bake: '20ms' }, { pause: { approval: {} } }] } };
    const rollout = await stage.start(spec(phases, service), service);
    await rollout.until(({ status }) => status === 'waiting');
    await expect(ask(service, 'promote')).rejects.toThrow(/an approval is waited for/);
    await expect(ask(service, 'promote-full')).rejects.toThrow(/bob has no right to promote in full/);
    await ask(service, 'approve');
    expect((await rollout.result()).status).toBe('promoted');
  });
});

test('promote --full skips all gates but the cutover’s own approval, for who has the right', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const cutover = { approval: { approvers: ['carol'] }, keepBaselineWarm: '20ms' };
    const phases = { ...ALL_PHASES, ...steps(10, 50), cutover, shadow: { minSamples: 20 } };
    const full = { ...spec(phases, service), rights: RIGHTS };
    const rollout = await stage.start(full, service);
    await rollout.until(({ weightPercent }) => weightPercent === 10);
    await ask(service, 'promote-full');
    // An approval is void once a verdict changes: the first one at this gate has to be there.
    const { phases: passed } = await rollout.until(
      ({ waiting, verdict }) => waiting?.kind === 'approval' && verdict === 'pass',
    );
    expect(passed).toMatchObject({
      canary: { status: 'passed' },
      abTest: { status: 'skipped' },
      cutover: { status: 'running' },
    });
    await expect(ask(service, 'promote-full')).rejects.toThrow(/before the cutover are passed/);
    await ask(service, 'approve', undefined, 'carol');
    expect((await rollout.result()).status).toBe('promoted');
  });
  expect(world.traffic()).not.toContain('50');
});

test('extend puts off the end of a bake', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const phases = { canary: { steps: [{ setWeight: 10, bake: '3s' }] } };
    const rollout = await stage.start(spec(phases, service), service);
    const { waiting } = await rollout.until((state) => state.waiting?.kind === 'bake');
    const longer = await ask(service, 'extend', 3_600_000);
    const putOffMs = Date.parse(longer.waiting?.until ?? '') - Date.parse(waiting?.until ?? '');
    // Times of a replay may differ by a task of the history.
    expect(Math.abs(putOffMs - 3_600_000)).toBeLessThan(1000);
    await new Promise((resolve) => setTimeout(resolve, 4500));
    expect((await rollout.state()).waiting?.kind).toBe('bake');
    await expect(ask(service, 'extend')).rejects.toThrow(/forMs is missing/);
    await expect(ask(service, 'extend', Number.NaN)).rejects.toThrow();
    await ask(service, 'promote');
    expect((await rollout.result()).status).toBe('promoted');
  });
});

test('a pause with an end ends by itself, and one that was ended before does not end the next', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec(steps(10), service), service);
    await rollout.until(({ waiting }) => waiting?.kind === 'bake');
    expect((await ask(service, 'pause', 1500)).paused?.until).toBeDefined();
    await ask(service, 'resume');
    await ask(service, 'pause', 3_600_000);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect((await rollout.state()).paused?.actor).toBe('bob');
    await ask(service, 'resume');
    await ask(service, 'pause', 1000);
    await rollout.until(({ paused }) => paused === null);
    await ask(service, 'promote');
    expect((await rollout.result()).status).toBe('promoted');
  });
  expect(world.decisions.filter(({ action, actor }) => action === 'resume' && actor === 'sluice')).toHaveLength(1);
});

test('an abort beats a full promotion, in either order', async () => {
  for (const order of [
    ['abort', 'promote-full'],
    ['promote-full', 'abort'],
  ] as const) {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start({ ...spec(steps(10, 50), service), rights: RIGHTS }, service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      const handle = stage.temporal.client.workflow.getHandle(`rollout/${service}`);
      for (const signal of order) await handle.signal(signal, { actor: 'bob', reason: '' });
      expect(['aborted', 'promoted']).toContain((await rollout.result()).status);
    });
    if (order[0] === 'abort') expect(world.traffic().at(-1)).toBe('all v1');
  }
});
