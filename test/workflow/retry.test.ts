import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RetryOptions, retryRollout } from '../../src/client/retry-rollout.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { freshNames, Stage, spec, World } from './harness.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** What the candidate was given. */
const risen = (world: World) => world.traffic().filter((route) => route !== 'all v1');

const fresh = freshNames('retry');
const retry = (service: string, options: RetryOptions = {}) =>
  retryRollout(stage.temporal.client, service, 'bob', { taskQueue: service, ...options });
const resultOf = (service: string) =>
  stage.temporal.client.workflow.getHandle(`rollout/${service}`).result() as Promise<RolloutState>;

describe('a new attempt', () => {
  test('begins where the one before ended, with the same spec, and counts on', async () => {
    const [world, service] = [new World(), fresh()];
    world.guardrail = ({ weightPercent }) => (weightPercent === 50 ? 'fail' : 'pass');
    await stage.run(world, service, async () => {
      const first = await stage.start(spec({}, service), service);
      await first.result();
      const second = await retry(service);
      expect(second).toMatchObject({ attempt: 2, retryOf: first.rolloutId, from: { phase: 'canary', step: 1 } });
      expect(await resultOf(service)).toMatchObject({ status: 'rolled-back', retryOf: first.rolloutId });
      world.guardrail = () => 'pass';
      const third = await retry(service, { fromStep: 0 });
      expect(third).toMatchObject({ attempt: 3, retryOf: second.rolloutId, from: { phase: 'canary', step: 0 } });
      const state = await resultOf(service);
      expect(state).toMatchObject({ status: 'promoted', rolloutId: third.rolloutId });
      await expect(retry(service)).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: `${third.rolloutId} was promoted: there is nothing to try again`,
      });
    });
    expect(risen(world)).toEqual(['10', '50', '50', '10', '50', 'all v2']);
  });

  test('begins at the beginning after one that was terminated', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const first = await stage.start(spec({ canary: { steps: [{ setWeight: 10, bake: '1h' }] } }, service), service);
      await first.until(({ weightPercent }) => weightPercent === 10);
      await expect(retry(service)).rejects.toMatchObject({ code: 'ROLLOUT_CONFLICT' });
      await first.handle.terminate();
      await expect(retry(service, { fromStep: 0 })).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
      expect(await retry(service)).toMatchObject({ attempt: 2, from: null });
      await stage.temporal.client.workflow.getHandle(`rollout/${service}`).cancel();
      await resultOf(service);
    });
  });

  test('is none of a service without rollouts', async () => {
    await expect(retry(fresh())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
