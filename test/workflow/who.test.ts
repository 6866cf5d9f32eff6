import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { startRollout } from '../../src/client/start-rollout.js';
import { initialState, type RolloutState } from '../../src/domain/rollout-state.js';
import { createSigner } from '../../src/identity/signer.js';
import { type People, people, publicOnly } from '../identity/signed.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let keys: People;
let stage: Stage;
beforeAll(async () => {
  keys = await people();
  stage = await Stage.open(undefined, 'test', Object.values(keys).map(publicOnly));
});
afterAll(() => stage.close());

const fresh = freshNames('who');
const asked = {
  canary: {
    steps: [
      { setWeight: 10, bake: '20ms' as const },
      { pause: { approval: { approvers: ['role:release'], fourEyes: true, timeout: '1h' as const } } },
    ],
  },
};

/** A rollout that bob has started and signed. */
async function startedByBob(world: World, service: string) {
  world.identityKeys = Object.values(keys).map(publicOnly);
  const signer = await createSigner(keys.bob);
  await startRollout(stage.temporal.client, spec(asked, service), 'bob', { taskQueue: service, signer });
  const handle = stage.temporal.client.workflow.getHandle(`rollout/${service}`);
  const until = async (holds: (state: RolloutState) => boolean) => {
    for (const end = performance.now() + 60_000; performance.now() < end; ) {
      const state = await handle.query<RolloutState>('state');
      if (holds(state)) return state;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('never came');
  };
  return { handle, until };
}

describe('where keys are configured', () => {
  test('a role decides, proven by a signature; four eyes compare subjects; what is refused leaves no history', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const { handle, until } = await startedByBob(world, service);
      expect(await until(({ status }) => status === 'waiting')).toMatchObject({ startedBy: 'bob' });
      const { client } = stage.temporal;
      const why = { reason: 'why' };
      await expect(sendCommand(client, service, 'approve', { ...why, actor: 'alice' })).rejects.toMatchObject({
        code: 'UNAUTHORIZED',
      });
      await expect(sendCommand(client, service, 'abort', { ...why, actor: 'alice' })).rejects.toThrow(/is not signed/);
      await expect(sendCommand(client, service, 'approve', why, await createSigner(keys.bob))).rejects.toThrow(
        /bob started this rollout/,
      );
      const carol = await createSigner(keys.api, { subject: 'carol', roles: ['reader'] });
      await expect(sendCommand(client, service, 'approve', why, carol)).rejects.toThrow(
        /carol is not among the approvers: role:release/,
      );
      await sendCommand(client, service, 'approve', why, await createSigner(keys.alice));
      expect(await handle.result()).toMatchObject({ status: 'promoted' });
      const { events } = await handle.fetchHistory();
      const accepted = (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
      expect(accepted).toHaveLength(1);
      expect(JSON.stringify(events)).not.toContain(keys.alice.d);
    });
    expect(world.decisions.find(({ action }) => action === 'approve')).toMatchObject({
      actor: 'alice',
      subject: 'alice',
    });
  });

  test('a rollout that nobody has signed for ends before anything is done', async () => {
    const [world, service] = [new World(), fresh()];
    world.identityKeys = Object.values(keys).map(publicOnly);
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({}, service), service);
      expect(await rollout.result()).toMatchObject({ status: 'failed', reason: /carries no statement of who asks/ });
    });
    expect(world.routes).toEqual([]);
  });

  test('who starts a workflow can’t name phases as passed that never were', async () => {
    const [world, service] = [new World(), fresh()];
    world.identityKeys = Object.values(keys).map(publicOnly);
    await stage.run(world, service, async () => {
      const given = spec({}, service);
      const state = initialState('forged-1', given, new Date().toISOString());
      for (const phase of ['validation', 'shadow', 'canary', 'abTest'] as const) state.phases[phase].status = 'passed';
      const carried = { state, stage: null, inbox: { seen: [], approval: null, stop: null }, sequence: 9 };
      const start = { rolloutId: 'forged-1', spec: given, specDigest: 'x', startedBy: 'mallory' };
      const handle = await stage.temporal.client.workflow.start('rollout', {
        workflowId: `rollout/${service}`,
        taskQueue: service,
        args: [{ ...start, carried }],
      });
      expect(await handle.result()).toMatchObject({ status: 'failed', reason: /carries no statement of who asks/ });
    });
    expect(world.routes).toEqual([]);
  });

  test('a bare signal stops, and moves nothing forward', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const { handle, until } = await startedByBob(world, service);
      await until(({ status }) => status === 'waiting');
      await handle.signal('approve', { actor: 'alice' });
      await handle.signal('set-weight', { actor: 'alice', weightPercent: 10 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await handle.query<RolloutState>('state')).status).toBe('waiting');
      await handle.signal('abort', { actor: 'mallory' });
      expect(await handle.result()).toMatchObject({ status: 'aborted' });
    });
    const abort = world.decisions.find(({ action }) => action === 'abort');
    expect(abort).toMatchObject({ actor: 'mallory', source: 'signal' });
    expect(abort?.subject).toBeUndefined();
  });
});
