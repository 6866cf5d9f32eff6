import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import type { ImpactState } from '../../src/domain/impact-state.js';
import { evidence } from '../workflow/evidence.js';
import { freshNames, Stage, spec, World } from '../workflow/harness.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('impact');

/** An analysis of a cutover a moment ago, without the rollout before it. */
async function start(service: string, plan: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const now = new Date().toISOString();
  const input = {
    rolloutId: 'r1',
    service,
    baseline: 'v1',
    candidate: 'v2',
    plan: { metrics: ['accuracy'], before: 60_000, after: 200, every: 100, ...plan },
    startedAt: now,
    cutoverAt: now,
    ...more,
  };
  const handle = await stage.temporal.client.workflow.start('impact', {
    workflowId: `impact/${service}/r1`,
    taskQueue: service,
    args: [input],
  });
  return {
    handle,
    result: () => handle.result() as Promise<ImpactState>,
    state: () => handle.query<ImpactState>('impact'),
  };
}

describe('the impact workflow', () => {
  test('looks again and again, and once more at the end', async () => {
    const [service, world] = [fresh(), new World()];
    await stage.run(world, service, async () => {
      const { result, state } = await start(service, { after: 250 });
      expect(await result()).toMatchObject({
        status: 'done',
        verdict: 'pass',
        course: { impact: 'unharmed', looks: 3 },
      });
      expect(world.impactLooks.map(({ look, isFinal }) => [look, isFinal])).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
      expect(await state()).toMatchObject({ course: { nextLookAt: null, holdback: null } });
    });
    expect(world.decisions).toMatchObject([{ action: 'impact', sequence: 100_001, reason: 'look 3 says unharmed' }]);
  });

  test('acts on harm once, at the look that finds it, and goes on looking', async () => {
    const [service, world] = [fresh(), new World()];
    world.impactSays = (look) => (look >= 2 ? 'harmed' : 'inconclusive');
    await stage.run(world, service, async () => {
      const { result } = await start(service, { after: 400, onHarm: 'rollback' });
      expect(await result()).toMatchObject({
        verdict: 'fail',
        course: { impact: 'harmed', harmedAtLook: 2, incidentId: 'i-0123456789ab' },
      });
    });
    expect(world.harms).toMatchObject([{ look: 2, isToGoBack: true, reason: 'look 2 says harmed' }]);
    expect(world.decisions.map(({ sequence }) => sequence)).toEqual([100_001, 100_002]);
  });

  test('says nothing to anybody where harm is only to be noted', async () => {
    const [service, world] = [fresh(), new World()];
    world.impactSays = () => 'harmed';
    await stage.run(world, service, async () => {
      await (await start(service, { onHarm: 'note' })).result();
    });
    expect(world.harms).toEqual([]);
  });

  test('ends once the candidate serves no more', async () => {
    const [service, world] = [fresh(), new World()];
    world.impactGone = 'v1 serves';
    await stage.run(world, service, async () => {
      const { result } = await start(service, { after: 3_600_000, holdback: 2 });
      expect(await result()).toMatchObject({ status: 'done', course: { looks: 0, holdback: null } });
    });
    expect(world.decisions[0]?.reason).toContain('v1 serves; until then');
  });

  test('a cancellation ends the holdback and is written down', async () => {
    const [service, world] = [fresh(), new World()];
    await stage.run(world, service, async () => {
      const { handle, result, state } = await start(service, { after: 3_600_000, every: 3_600_000, holdback: 2 });
      expect(await state()).toMatchObject({ status: 'observing', course: { holdback: 2 } });
      await handle.cancel();
      await expect(result()).rejects.toThrow(WorkflowFailedError);
      expect(await state()).toMatchObject({ status: 'cancelled', course: { holdback: null } });
    });
    expect(world.decisions).toMatchObject([{ action: 'impact' }]);
  });

  test('a rollout that goes on is told of its own harm only', async () => {
    const [service, world] = [fresh(), new World()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(
        spec(
          {
            cutover: { keepBaselineWarm: '1h' },
            impact: { metrics: ['accuracy'], before: '1m', after: '1h', every: '50m', onHarm: 'rollback', holdback: 2 },
          },
          service,
        ),
        service,
      );
      await rollout.until(({ waiting }) => waiting?.kind === 'warm-baseline');
      expect(world.routes.at(-1)).toMatchObject({ holdback: { percent: 2, target: { version: 'v1' } } });
      const alert = (of: string) => ({
        id: `a-${of}`,
        status: 'firing',
        labels: { source: 'impact', rollout: of, severity: 'critical' },
        summary: 'conversion fell',
      });
      await rollout.handle.signal('alert', alert('another'));
      await rollout.handle.signal('alert', alert(rollout.rolloutId));
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back' });
      await stage.temporal.client.workflow.getHandle(`impact/${service}/${rollout.rolloutId}`).terminate();
    });
    expect(world.routes.at(-1)).not.toHaveProperty('holdback');
    const alerts = world.decisions.filter(({ action }) => action === 'alert').map(({ reason }) => reason);
    expect(alerts).toEqual([expect.stringContaining('(note)'), expect.stringContaining('(rollback)')]);
  });

  test('evidence of the newest look is what others see', async () => {
    const [service, world] = [fresh(), new World()];
    await stage.run(world, service, async () => {
      const { result } = await start(service, { after: 100 });
      expect((await result()).evidence).toEqual([evidence('accuracy', 'pass')]);
    });
  });
});
