import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { newMark, newStart } from '../../src/client/new-start.js';
import { dequeue, enqueue, readQueue, untilStarted } from '../../src/client/queue.js';
import { startRollout } from '../../src/client/start-rollout.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { createSigner } from '../../src/identity/signer.js';
import { withIdentityKeys } from '../../src/worker/bundle.js';
import { people, publicOnly } from '../identity/signed.js';
import { freshNames, Stage, spec, World } from './harness.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

// Several rollouts one after the other.
jest.setTimeout(120_000);

const fresh = freshNames('queue');
const long = (service: string) => spec({ canary: { steps: [{ setWeight: 10, bake: '1h' }] } }, service);
const queued = (service: string, actor = 'bob') =>
  startRollout(stage.temporal.client, spec({}, service), actor, { onConflict: 'queue', taskQueue: service });
const superseding = (service: string, actor = 'carol') =>
  startRollout(stage.temporal.client, spec({}, service), actor, {
    onConflict: 'supersede',
    reason: 'a fix',
    taskQueue: service,
  });
const waitingIn = async (service: string) =>
  (await readQueue(stage.temporal.client, service)).entries.map(({ rolloutId }) => rolloutId);
const cancel = (service: string) => stage.temporal.client.workflow.getHandle(`rollout/${service}`).cancel();

/** The ending of one rollout of a service, which may not run yet. */
async function endOf(service: string, rolloutId: string): Promise<RolloutState> {
  await untilStarted(stage.temporal.client, service, rolloutId, { timeoutMs: 90_000, intervalMs: 50 });
  return stage.temporal.client.workflow.getHandle(`rollout/${service}`).result() as Promise<RolloutState>;
}

/** The order in which rollouts have started, as the ledger has it. */
const order = (world: World) => world.decisions.filter(({ action }) => action === 'start').map((d) => d.rolloutId);

describe('a start that may wait', () => {
  test('runs at once where the service is free', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const started = await queued(service);
      expect(started).toMatchObject({ queued: null, runId: expect.any(String), dropped: [] });
      expect(await endOf(service, started.rolloutId)).toMatchObject({ status: 'promoted' });
    });
  });

  test('which is repeated, as nobody heard its answer, is one rollout: while it runs, and while it waits', async () => {
    const [world, service] = [new World(), fresh()];
    const { client } = stage.temporal;
    await stage.run(world, service, async () => {
      const start = (mark: string) =>
        startRollout(client, long(service), 'bob', { onConflict: 'queue', taskQueue: service, mark });
      const [first, second] = [newMark(), newMark()];
      const running = await start(first);
      expect(await start(first)).toEqual(running);
      const waiting = await start(second);
      expect(waiting).toMatchObject({ runId: null, queued: 1 });
      expect(await start(second)).toEqual(waiting);
      expect(await waitingIn(service)).toEqual([waiting.rolloutId]);
      await dequeue(client, service, waiting.rolloutId);
      await cancel(service);
      await endOf(service, running.rolloutId);
    });
  });

  test('waits for its turn: three run in the order they came, and the queue ends', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const first = await stage.start(long(service), service);
      const waiting = [await queued(service), await queued(service), await queued(service)];
      expect(waiting.map(({ runId, queued: place }) => ({ runId, place }))).toEqual([
        { runId: null, place: 1 },
        { runId: null, place: 2 },
        { runId: null, place: 3 },
      ]);
      const ids = waiting.map(({ rolloutId }) => rolloutId);
      expect(await waitingIn(service)).toEqual(ids);
      await cancel(service);
      expect(await endOf(service, ids[2]!)).toMatchObject({ status: 'promoted' });
      expect(order(world)).toEqual([first.rolloutId, ...ids]);
      await stage.temporal.client.workflow.getHandle(`rollout-queue/${service}`).result();
      expect(await waitingIn(service)).toEqual([]);
    });
  });

  test('is refused as the 21st, and the same one again has the same place', async () => {
    const [world, service] = [new World(), fresh()];
    const { client } = stage.temporal;
    await stage.run(world, service, async () => {
      await stage.start(long(service), service);
      const starts = await Promise.all(Array.from({ length: 21 }, () => newStart(spec({}, service), 'bob', null)));
      for (const [index, start] of starts.slice(0, 20).entries())
        expect(await enqueue(client, { start }, service)).toEqual({ position: index + 1, dropped: [] });
      await expect(enqueue(client, { start: starts[20]! }, service)).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: `20 rollouts wait for ${service} already, at most 20 may`,
      });
      expect(await enqueue(client, { start: starts[3]! }, service)).toEqual({ position: 4, dropped: [] });
      await client.workflow.getHandle(`rollout-queue/${service}`).terminate();
      await cancel(service);
      await client.workflow.getHandle(`rollout/${service}`).result();
    });
  });

  test('can be taken out again, also as the next one', async () => {
    const [world, service] = [new World(), fresh()];
    const { client } = stage.temporal;
    await stage.run(world, service, async () => {
      const first = await stage.start(long(service), service);
      const [second, third] = [await queued(service), await queued(service)];
      await dequeue(client, service, second.rolloutId);
      expect(await waitingIn(service)).toEqual([third.rolloutId]);
      await expect(dequeue(client, service, second.rolloutId)).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: `${second.rolloutId} does not wait in the queue of ${service}`,
      });
      await cancel(service);
      await endOf(service, third.rolloutId);
      expect(order(world)).toEqual([first.rolloutId, third.rolloutId]);
      await expect(dequeue(client, service, third.rolloutId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  test('goes on waiting while no worker runs', async () => {
    const [world, service] = [new World(), fresh()];
    const { rolloutId } = await stage.run(world, service, async () => {
      await stage.start(long(service), service);
      return queued(service);
    });
    await cancel(service);
    await stage.run(world, service, async () => {
      expect(await endOf(service, rolloutId)).toMatchObject({ status: 'promoted', rolloutId });
    });
  });

  test('is never lost, also where the queue ends at that moment', async () => {
    const [world, service] = [new World(), fresh()];
    const { client } = stage.temporal;
    await stage.run(world, service, async () => {
      await stage.start(long(service), service);
      let { rolloutId: before } = await queued(service);
      for (let round = 0; round < 15; round += 1) {
        // The last one leaves, and the queue with it, as another one comes.
        const start = await newStart(spec({}, service), 'bob', null);
        const comes = new Promise((resolve) => setTimeout(resolve, round * 3)).then(() =>
          enqueue(client, { start }, service),
        );
        await Promise.all([dequeue(client, service, before), comes]);
        expect(await waitingIn(service)).toEqual([start.rolloutId]);
        before = start.rolloutId;
      }
      await cancel(service);
      expect(await endOf(service, before)).toMatchObject({ status: 'promoted' });
    });
  });
});

describe('a start that supersedes', () => {
  test('takes the place of what runs and of what waits', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const first = await stage.start(long(service), service);
      await first.until(({ weightPercent }) => weightPercent === 10);
      const [second, third] = [await queued(service), await queued(service)];
      const newest = await superseding(service);
      expect(newest).toMatchObject({ runId: null, queued: 1, dropped: [second.rolloutId, third.rolloutId] });
      expect(await endOf(service, newest.rolloutId)).toMatchObject({ status: 'promoted' });
      expect(order(world)).toEqual([first.rolloutId, newest.rolloutId]);
      expect(world.states.filter(({ rolloutId }) => rolloutId === first.rolloutId).at(-1)).toMatchObject({
        status: 'aborted',
        weightPercent: 0,
      });
      const asked = world.decisions.find(({ action }) => action === 'supersede');
      expect(asked).toMatchObject({ rolloutId: first.rolloutId, actor: 'carol' });
      expect(asked?.reason).toContain(newest.rolloutId);
    });
  });

  test('the newest of two wins', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const first = await stage.start(long(service), service);
      await first.until(({ weightPercent }) => weightPercent === 10);
      const started = await Promise.all([superseding(service, 'carol'), superseding(service, 'dave')]);
      const loser = started.find(({ rolloutId }) => started.some(({ dropped }) => dropped.includes(rolloutId)));
      const winner = started.find((one) => one !== loser);
      expect(await endOf(service, winner!.rolloutId)).toMatchObject({ rolloutId: winner!.rolloutId });
      expect(order(world).at(-1)).toBe(winner!.rolloutId);
    });
  });

  test('must prove who asks where keys are configured; a refused one changes nothing', async () => {
    const [world, service, company] = [new World(), fresh(), await people()];
    const bundle = withIdentityKeys(stage.bundle, Object.values(company).map(publicOnly));
    const proving = Object.assign(Object.create(Stage.prototype) as Stage, stage, { bundle });
    await proving.run(world, service, async () => {
      const first = await stage.start(long(service), service);
      await first.until(({ weightPercent }) => weightPercent === 10);
      const waiting = await queued(service);
      await expect(superseding(service)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
      expect(await waitingIn(service)).toEqual([waiting.rolloutId]);
      expect(await first.state()).toMatchObject({ weightPercent: 10 });
      const signer = await createSigner(company.bob);
      const options = { onConflict: 'supersede', signer, taskQueue: service } as const;
      const newest = await startRollout(stage.temporal.client, spec({}, service), 'bob', options);
      expect(newest).toMatchObject({ queued: 1, dropped: [waiting.rolloutId] });
      expect(await endOf(service, newest.rolloutId)).toMatchObject({ status: 'promoted' });
      expect(world.decisions.find(({ action }) => action === 'supersede')).toMatchObject({ subject: 'bob' });
    });
  });

  test('runs at once where nothing does', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const started = await superseding(service);
      expect(started).toMatchObject({ queued: null, runId: expect.any(String) });
      await endOf(service, started.rolloutId);
    });
  });
});
