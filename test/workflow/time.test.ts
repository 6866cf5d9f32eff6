import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import type { CommandRequest } from '../../src/domain/decision.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('time');
const ask = (service: string, command: Parameters<typeof sendCommand>[2], more: Partial<CommandRequest> = {}) =>
  sendCommand(stage.temporal.client, service, command, { actor: 'bob', reason: 'why', ...more });
const FREEZE = { until: null, reason: 'the big sale (freeze f1 by sre)', ids: ['f1'] };
const RIGHTS = { promoteFull: [], breakGlass: ['bob'], trustSignals: false };

describe('a freeze', () => {
  test('holds the next weight, where the one in force is still watched, until it is lifted', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      world.guardrail = ({ weightPercent }) => {
        if (weightPercent === 10) world.frozen = FREEZE;
        return 'pass';
      };
      const rollout = await stage.start(spec({}, service), service);
      const held = await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
      expect(held).toMatchObject({
        weightPercent: 10,
        waiting: { until: null, note: /the step after canary 10 % is held: the big sale/ },
      });
      world.guardrail = () => 'pass';
      world.frozen = null;
      expect((await rollout.result()).status).toBe('promoted');
    });
    expect(world.traffic()).toEqual(['10', '50', 'all v2']);
  });

  test('holds the first users as well, and no rollback', async () => {
    const [world, service] = [new World(), fresh()];
    world.frozen = FREEZE;
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({}, service), service);
      expect(await rollout.until(({ waiting }) => waiting?.kind === 'freeze')).toMatchObject({ weightPercent: 0 });
      await expect(ask(service, 'promote')).rejects.toThrow(/no gate/);
      await ask(service, 'abort');
      expect((await rollout.result()).status).toBe('aborted');
    });
    expect(world.traffic()).toEqual(['all v1']);
  });

  test('a guardrail that fails while it is held rolls back', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      world.guardrail = () => {
        world.frozen = FREEZE;
        return 'pass';
      };
      const rollout = await stage.start(spec({}, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
      world.guardrail = () => 'fail';
      expect((await rollout.result()).status).toBe('rolled-back');
    });
    expect(world.traffic()).toEqual(['10', 'all v1']);
  });

  test('holds a raise by hand as well, and nothing that lowers the weight', async () => {
    const [world, service] = [new World(), fresh()];
    const canary = { steps: [10, 50].map((setWeight) => ({ setWeight, bake: '1h' as const })) };
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ canary }, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      world.frozen = FREEZE;
      await ask(service, 'set-weight', { weightPercent: 20 });
      expect(await rollout.until(({ waiting }) => waiting?.kind === 'freeze')).toMatchObject({
        weightPercent: 10,
        waiting: { note: /^bob's move is held: the big sale/ },
      });
      // A newer one takes its place.
      await ask(service, 'set-weight', { weightPercent: 5 });
      await rollout.until(({ waiting, weightPercent }) => waiting?.kind === 'bake' && weightPercent === 5);
      await ask(service, 'jump', { step: 1 });
      await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
      world.frozen = null;
      await rollout.until(({ waiting, weightPercent }) => waiting?.kind === 'bake' && weightPercent === 50);
      await ask(service, 'promote');
      expect((await rollout.result()).status).toBe('promoted');
    });
    expect(world.traffic()).toEqual(['10', '5', '50', 'all v2']);
  });

  test('is broken for one move, by who has the right, with a reason', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      world.guardrail = () => {
        world.frozen = FREEZE;
        return 'pass';
      };
      const rollout = await stage.start({ ...spec({}, service), rights: RIGHTS }, service);
      await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
      await expect(ask(service, 'break-glass', { actor: 'eve' })).rejects.toThrow(/eve has no right to break a freeze/);
      await expect(ask(service, 'break-glass', { reason: ' ' })).rejects.toThrow(/needs a reason/);
      await ask(service, 'break-glass', { reason: 'the fix must go out' });
      await rollout.until(({ waiting, weightPercent }) => waiting?.kind === 'freeze' && weightPercent === 50);
      await expect(ask(service, 'approve')).rejects.toThrow(/nothing waits/);
      world.guardrail = () => 'pass';
      world.frozen = null;
      expect((await rollout.result()).status).toBe('promoted');
    });
    expect(world.decisions.filter(({ action }) => action === 'break-glass')).toMatchObject([
      { actor: 'bob', reason: expect.stringMatching(/the big sale.*: the fix must go out/) },
    ]);
  });
});

test('a rollout begins after its initial delay, which a person may cut short', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await stage.start({ ...spec({}, service), initialDelay: 3_600_000 }, service);
    const { waiting, eta } = await rollout.until((state) => state.waiting?.kind === 'delay');
    expect(Date.parse(eta ?? '')).toBeGreaterThan(Date.parse(waiting?.until ?? ''));
    expect(world.routes).toEqual([]);
    await ask(service, 'promote');
    const ended = await rollout.result();
    expect(ended).toMatchObject({ status: 'promoted', eta: null });
  });
  expect(world.decisions.filter(({ action }) => action === 'promote')).toMatchObject([
    { actor: 'bob', reason: 'the initial delay: why' },
    { actor: 'sluice' },
  ]);
});

describe('the progress deadline', () => {
  test('rolls back what is stuck', async () => {
    const [world, service] = [new World(), fresh()];
    world.gate = () => 'inconclusive';
    await stage.run(world, service, async () => {
      const rollout = await stage.start(
        {
          ...spec({ canary: { steps: [{ setWeight: 10, bake: '20ms', maxDuration: '1h' }] } }, service),
          progressDeadline: 10_000,
        },
        service,
      );
      expect(await rollout.result()).toMatchObject({
        status: 'rolled-back',
        reason: 'no progress within 10000 ms in canary, step 1',
      });
    });
  });

  test('is nobody’s fault while a person is asked', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const phases = { canary: { steps: [{ setWeight: 10, bake: '20ms' as const }, { pause: { approval: {} } }] } };
      const rollout = await stage.start({ ...spec(phases, service), progressDeadline: 15_000 }, service);
      await rollout.until(({ status }) => status === 'waiting');
      await new Promise((resolve) => setTimeout(resolve, 18_000));
      await ask(service, 'approve');
      expect((await rollout.result()).status).toBe('promoted');
    });
  });
});

test('timers that are late after an outage fold into one move, and into none over an approval', async () => {
  const [world, service] = [new World(), fresh()];
  const phases = {
    canary: {
      steps: [
        { setWeight: 10, bake: '1s' as const },
        { setWeight: 20, bake: '1s' as const },
        { pause: { approval: {} } },
        { setWeight: 50, bake: '1s' as const },
      ],
    },
  };
  let started: Awaited<ReturnType<Stage['start']>> | undefined;
  await stage.run(world, service, async () => {
    started = await stage.start(spec(phases, service), service);
    await started.until(({ waiting }) => waiting?.kind === 'bake');
  });
  // Nobody works for longer than all the bakes together.
  await new Promise((resolve) => setTimeout(resolve, 4000));
  await stage.run(world, service, async () => {
    const { enteredAt } = { enteredAt: Date.now() };
    await started?.until(({ weightPercent }) => weightPercent === 20);
    await started?.until(({ status }) => status === 'waiting');
    // The second weight was baked for its own time, whatever the outage took.
    expect(Date.now() - enteredAt).toBeGreaterThan(900);
    expect(world.traffic()).toEqual(['10', '20']);
    await ask(service, 'approve');
    expect((await started?.result())?.status).toBe('promoted');
  });
  expect(world.traffic()).toEqual(['10', '20', '50', 'all v2']);
});
