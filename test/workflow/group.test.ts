import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readGroup, sendGroupCommand } from '../../src/client/group-commands.js';
import type { LoadedGroup } from '../../src/client/load-group.js';
import type { GroupState } from '../../src/domain/group-state.js';
import type { PrivateKey } from '../../src/identity/private-key.js';
import { createSigner } from '../../src/identity/signer.js';
import { withIdentityKeys } from '../../src/worker/bundle.js';
import { people, publicOnly } from '../identity/signed.js';
import { groupOf, lastRoute, PHASES, startOn, statuses } from './groups.js';
import { freshNames, Stage, spec, World } from './harness.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('group');
const start = (group: LoadedGroup) => startOn(stage, group);
const isRunning = (service: string) => (state: GroupState) => statuses(state)[service] === 'running';
const failing = (world: World, service: string) => {
  world.guardrail = (route) => (route.service === service ? 'fail' : 'pass');
};
const exposed = async (world: World, service: string) => {
  const deadline = performance.now() + 30_000;
  while (lastRoute(world, service) !== '10') {
    if (performance.now() > deadline) throw new Error(`${service} never came to 10 %: ${lastRoute(world, service)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
};
const ledger = (world: World, groupId: string) => world.decisions.filter(({ rolloutId }) => rolloutId === groupId);

describe('a group whose rollouts are good', () => {
  test('promotes wave after wave, and writes down how', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [
      { members: { a: 'short' }, pause: { duration: '50ms' } },
      { members: { b: 'short', c: 'short' } },
    ]);
    await stage.run(world, name, async () => {
      const { groupId, result } = await start(group);
      const state = await result();
      expect(state).toMatchObject({ groupId, status: 'promoted', reason: '3 of 3 are promoted', waiting: null });
      expect(state.waves.map(({ status }) => status)).toEqual(['passed', 'passed']);
      expect(statuses(state)).toEqual({ a: 'promoted', b: 'promoted', c: 'promoted' });
      const lines = ledger(world, groupId);
      expect(lines.map(({ sequence, action, phase }) => [sequence, action, phase])).toEqual([
        [1, 'start', ''],
        [2, 'advance', 'wave-1'],
        [3, 'advance', 'wave-2'],
      ]);
      expect(lines[0]).toMatchObject({ actor: 'alice', reason: '3 rollouts in 2 waves' });
    });
    const firsts = world.routes.map(({ service }) => service);
    expect(firsts.lastIndexOf(`${name}-a`)).toBeLessThan(firsts.indexOf(`${name}-b`));
    for (const service of ['a', 'b', 'c']) expect(lastRoute(world, `${name}-${service}`)).toBe('all v2');
  });

  test('has no more on their way than it may', async () => {
    const [world, name] = [new World(), fresh()];
    const members = { a: 'long', b: 'short', c: 'short' } as const;
    const group = groupOf(name, [{ members }], { maxParallel: 1 });
    await stage.run(world, name, async () => {
      const { until, ask, result } = await start(group);
      await exposed(world, `${name}-a`);
      expect(statuses(await until(isRunning('a')))).toEqual({ a: 'running', b: 'pending', c: 'pending' });
      await ask('abort');
      expect(statuses(await result())).toEqual({ a: 'rolled-back', b: 'skipped', c: 'skipped' });
    });
  });

  test('asks for an approval between waves, of those who may', async () => {
    const [world, name] = [new World(), fresh()];
    const pause = { approval: { approvers: ['bob', 'carol'], quorum: 2, fourEyes: true } };
    const group = groupOf(name, [{ members: { a: 'short' }, pause }, { members: { b: 'short' } }]);
    await stage.run(world, name, async () => {
      const { until, ask, result, groupId } = await start(group);
      await until(({ status }) => status === 'waiting');
      await expect(ask('approve', 'mallory')).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: 'mallory is not among the approvers: bob, carol',
      });
      expect(await ask('approve', 'bob')).toMatchObject({ status: 'waiting' });
      await ask('approve', 'carol');
      expect(await result()).toMatchObject({ status: 'promoted' });
      expect(ledger(world, groupId).map(({ action, actor }) => `${action} ${actor}`)).toEqual([
        'start alice',
        'advance sluice',
        'approve bob',
        'approve carol',
        'advance sluice',
      ]);
    });
  });

  test('goes on once candidates serve all, where that is the barrier, and waits for the ends', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { a: 'warm' }, barrier: 'cutover' }, { members: { b: 'short' } }]);
    await stage.run(world, name, async () => {
      const { until, result } = await start(group);
      const state = await until((now) => statuses(now)['b'] === 'promoted');
      expect(statuses(state)).toEqual({ a: 'cut-over', b: 'promoted' });
      expect(state).toMatchObject({ status: 'progressing' });
      await stage.temporal.client.workflow.getHandle(`rollout/${name}-a`).cancel();
      expect(await result()).toMatchObject({ status: 'failed' });
    });
    expect([lastRoute(world, `${name}-a`), lastRoute(world, `${name}-b`)]).toEqual(['all v1', 'all v2']);
  });
});

describe('a group with a rollout that fails', () => {
  test('calls the others off: their traffic ends at the baseline, and nothing more starts', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { good: 'long', bad: 'short' } }, { members: { later: 'short' } }]);
    world.guardrail = () => 'inconclusive';
    await stage.run(world, name, async () => {
      const { result, groupId } = await start(group);
      await exposed(world, `${name}-good`);
      failing(world, `${name}-bad`);
      const state = await result();
      expect(state).toMatchObject({ status: 'failed' });
      expect(state.reason).toContain(`${name}-bad is rolled-back: error_rate`);
      expect(statuses(state)).toEqual({ good: 'rolled-back', bad: 'rolled-back', later: 'skipped' });
      expect(state.waves.map(({ status }) => status)).toEqual(['failed', 'skipped']);
      expect(ledger(world, groupId).map(({ action }) => action)).toEqual(['start', 'fail']);
    });
    expect([lastRoute(world, `${name}-good`), lastRoute(world, `${name}-bad`)]).toEqual(['all v1', 'all v1']);
    expect(lastRoute(world, `${name}-later`)).toBe('none');
  });

  test('holds the waves after it until a person goes on without it', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { a: 'short', bad: 'short' } }, { members: { later: 'short' } }], {
      onFailure: 'hold',
    });
    failing(world, `${name}-bad`);
    await stage.run(world, name, async () => {
      const { until, ask, result, groupId } = await start(group);
      const held = await until(({ waiting }) => waiting?.kind === 'hold');
      expect(held.waiting?.note).toContain(`${name}-bad is rolled-back`);
      await until((state) => statuses(state)['a'] === 'promoted');
      expect(statuses(await readGroup(stage.temporal.client, name))['later']).toBe('pending');
      await ask('approve');
      const state = await result();
      expect(state).toMatchObject({ status: 'partial', reason: '2 of 3 are promoted' });
      expect(ledger(world, groupId).map(({ action }) => action)).toEqual([
        'start',
        'hold',
        'advance',
        'approve',
        'advance',
      ]);
    });
  });

  test('holds, and a person calls the rest off', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { bad: 'short' } }, { members: { later: 'short' } }], {
      onFailure: 'hold',
    });
    failing(world, `${name}-bad`);
    await stage.run(world, name, async () => {
      const { until, ask, result } = await start(group);
      await until(({ waiting }) => waiting?.kind === 'hold');
      await ask('reject');
      expect(await result()).toMatchObject({ status: 'aborted', reason: 'reject by bob: because' });
    });
    expect(lastRoute(world, `${name}-later`)).toBe('none');
  });

  test('goes on without it where the spec says so', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { bad: 'short' } }, { members: { later: 'short' } }], {
      onFailure: 'continue',
    });
    failing(world, `${name}-bad`);
    const state = await stage.run(world, name, async () => (await start(group)).result());
    expect(state).toMatchObject({ status: 'partial' });
    expect(state.waves.map(({ status }) => status)).toEqual(['failed', 'passed']);
    expect(lastRoute(world, `${name}-later`)).toBe('all v2');
  });

  test('counts a member that another rollout keeps from starting', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { taken: 'short', b: 'short' } }], { onFailure: 'continue' });
    await stage.run(world, name, async () => {
      const other = await stage.start(spec(PHASES.long, `${name}-taken`), name);
      const state = await (await start(group)).result();
      expect(statuses(state)).toEqual({ taken: 'failed', b: 'promoted' });
      expect(state.waves[0]?.members[0]?.reason).toBe(`a rollout of ${name}-taken runs already`);
      await other.handle.cancel();
      await other.result();
    });
  });
});

describe('where identity keys are configured', () => {
  test('who answers must be proven, with the role that is asked for', async () => {
    const [world, name, company] = [new World(), fresh(), await people()];
    const bundle = withIdentityKeys(stage.bundle, Object.values(company).map(publicOnly));
    const proving = Object.assign(Object.create(Stage.prototype) as Stage, stage, { bundle });
    const pause = { approval: { approvers: ['role:release'] } };
    const group = groupOf(name, [{ members: { a: 'short' }, pause }, { members: { b: 'short' } }]);
    const { client } = stage.temporal;
    const approve = async (key: PrivateKey, actor: string) =>
      sendGroupCommand(client, name, 'approve', { actor, reason: 'looks good' }, await createSigner(key));
    await proving.run(world, name, async () => {
      const { until, ask, result, groupId } = await startOn(proving, group);
      await until(({ status }) => status === 'waiting');
      await expect(ask('approve', 'alice')).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
      await expect(approve(company.bob, 'bob')).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: 'bob is not among the approvers: role:release',
      });
      await approve(company.alice, 'alice');
      expect(await result()).toMatchObject({ status: 'promoted' });
      const line = ledger(world, groupId).find(({ action }) => action === 'approve');
      expect(line).toMatchObject({ actor: 'alice', subject: 'alice' });
    });
  });
});

describe('a group that is called off', () => {
  test('by a person: what runs rolls back, and no other of its name ran meanwhile', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { a: 'long', b: 'short' } }]);
    await stage.run(world, name, async () => {
      const { until, ask, result, groupId } = await start(group);
      await expect(start(group)).rejects.toMatchObject({
        code: 'ROLLOUT_CONFLICT',
        message: `group ${name} is running: ${groupId}, started by alice`,
      });
      await exposed(world, `${name}-a`);
      await until((state) => statuses(state)['b'] === 'promoted');
      await expect(ask('approve')).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
      await ask('abort');
      const state = await result();
      expect(state).toMatchObject({ status: 'aborted', reason: 'abort by bob: because' });
      expect(statuses(state)).toEqual({ a: 'rolled-back', b: 'promoted' });
      await expect(ask('abort')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
    // What was promoted before stays.
    expect([lastRoute(world, `${name}-a`), lastRoute(world, `${name}-b`)]).toEqual(['all v1', 'all v2']);
  });

  test('by a cancelled workflow: what runs rolls back too', async () => {
    const [world, name] = [new World(), fresh()];
    const group = groupOf(name, [{ members: { a: 'long' } }]);
    await stage.run(world, name, async () => {
      const { result, workflowId } = await start(group);
      await exposed(world, `${name}-a`);
      await stage.temporal.client.workflow.getHandle(workflowId).cancel();
      expect(await result()).toMatchObject({ status: 'aborted', reason: 'the workflow was cancelled' });
    });
    expect(lastRoute(world, `${name}-a`)).toBe('all v1');
  });
});
