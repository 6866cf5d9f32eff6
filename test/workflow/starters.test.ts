import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startRollout } from '../../src/client/start-rollout.js';
import { freshNames, Stage, spec, World } from './harness.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** What the candidate was given. */
const risen = (world: World) => world.traffic().filter((route) => route !== 'all v1');

const fresh = freshNames('starters');

test('of 50 who start at once on one service one runs, and 49 are told which', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const { client } = stage.temporal;
    const attempts = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        startRollout(client, spec({}, service), `starter-${index}`, { taskQueue: service }),
      ),
    );
    const started = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(started).toHaveLength(1);
    const refused = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
    expect(refused).toHaveLength(49);
    for (const error of refused) {
      expect(error).toMatchObject({ code: 'ROLLOUT_CONFLICT' });
      expect(String(error)).toContain(started[0]!.rolloutId);
    }
    await client.workflow.getHandle(started[0]!.workflowId).result();
  });
  const ids = new Set(world.routes.map(({ rolloutId }) => rolloutId));
  expect(ids.size).toBe(1);
  expect(risen(world)).toEqual(['10', '50', 'all v2']);
});
