import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { stableRoute } from '../../src/domain/exposure.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('back');
const long = { canary: { steps: [{ setWeight: 40, bake: '1h' as const }] } };
const alert = (labels: Record<string, string>, status = 'firing') => ({
  id: 'f1',
  status,
  labels,
  summary: 'p99 is 2 s',
});

describe('an alert', () => {
  test('rolls back when it is critical, however often it comes', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(long, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await rollout.handle.signal('alert', { nothing: 'of use' });
      await Promise.all(
        Array.from({ length: 100 }, () =>
          rollout.handle.signal('alert', alert({ alertname: 'Slow', severity: 'critical' })),
        ),
      );
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back', reason: 'alert Slow: p99 is 2 s' });
    });
    expect(world.decisions.filter(({ action }) => action === 'alert')).toHaveLength(1);
  });

  test('is shown as a way back until every gateway has confirmed it, or lost its lease', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(long, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      world.gatewayAway = true;
      await rollout.handle.signal('alert', alert({ alertname: 'Slow', severity: 'critical' }));
      const seen = await rollout.until(({ waiting }) => waiting?.kind === 'rollback');
      expect(seen).toMatchObject({
        reason: 'going back from 40 %: alert Slow: p99 is 2 s',
        waiting: { until: seen.eta },
      });
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back', waiting: null });
    });
  });

  test('is noted, or holds until it is over, as the spec says', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const { rollback } = rolloutSpec.parse({
        ...plain(service),
        rollback: { alerts: [{ match: { severity: 'page' }, action: 'pause' }] },
      });
      const rollout = await stage.start({ ...spec(long, service), rollback }, service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await rollout.handle.signal('alert', { ...alert({ alertname: 'Odd' }), id: 'f2' });
      await rollout.handle.signal('alert', alert({ alertname: 'Slow', severity: 'page' }));
      expect(await rollout.until(({ status }) => status === 'paused')).toMatchObject({
        paused: { actor: 'alert Slow' },
      });
      await rollout.handle.signal('alert', alert({ alertname: 'Slow', severity: 'page' }, 'resolved'));
      await rollout.until(({ paused }) => paused === null);
      await sendCommand(stage.temporal.client, service, 'promote', { actor: 'bob', reason: '' });
      expect((await rollout.result()).status).toBe('promoted');
    });
    expect(world.decisions.filter(({ action }) => action === 'alert').map(({ reason }) => reason)).toEqual([
      'alert Odd: p99 is 2 s (note)',
      'alert Slow: p99 is 2 s (pause)',
      'alert Slow: p99 is 2 s (resolved)',
    ]);
  });
});

describe('the way back', () => {
  test('is tried before anybody is exposed: all gateways serve the baseline, and it is well', async () => {
    const [world, service] = [new World(), fresh()];
    world.baselineReady = false;
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({}, service), service);
      expect(await rollout.result()).toMatchObject({ status: 'failed', reason: /model digits v1: ECONNREFUSED/ });
    });
    expect(world.routes.map(({ candidate }) => candidate)).toEqual([null]);
  });

  test('is taken even where the baseline is not well by then, and that is said', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(long, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      world.baselineReady = false;
      world.guardrail = () => 'fail';
      expect((await rollout.result()).status).toBe('rolled-back');
    });
    expect(world.traffic()).toEqual(['40', 'all v1']);
    expect(world.decisions.at(-1)).toMatchObject({
      action: 'check',
      reason: expect.stringMatching(/^v1 serves all, and is not well/),
    });
  });

  test('is gradual where the spec asks for it', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const gradual = { ...spec(long, service), rollback: { mode: 'gradual' as const, over: 4000, alerts: [] } };
      const rollout = await stage.start(gradual, service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      world.guardrail = () => 'fail';
      expect((await rollout.result()).status).toBe('rolled-back');
    });
    expect(world.traffic()).toEqual(['40', '30', '20', '10', 'all v1']);
  });

  test('is instant in spite of that once a person aborts, a metric is critical or a brake has tripped', async () => {
    const rollback = { mode: 'gradual' as const, over: 600_000, alerts: [] };
    for (const cause of ['abort on the way', 'critical', 'brake'] as const) {
      const [world, service] = [new World(), fresh()];
      await stage.run(world, service, async () => {
        const given = { ...spec(long, service), rollback };
        const guardrails = given.guardrails.map((one) => ({ ...one, critical: cause === 'critical' }));
        const rollout = await stage.start({ ...given, guardrails }, service);
        await rollout.until(({ waiting }) => waiting?.kind === 'bake');
        if (cause === 'brake')
          world.trip = { at: new Date().toISOString(), reason: 'too many errors', gatewayId: 'g1' };
        else world.guardrail = () => 'fail';
        if (cause === 'abort on the way') {
          await rollout.until(({ weightPercent }) => weightPercent < 40);
          await sendCommand(stage.temporal.client, service, 'abort', { actor: 'bob', reason: '' });
        }
        expect((await rollout.result()).status).toBe('rolled-back');
      });
      expect(world.traffic().at(-1)).toBe('all v1');
      expect(world.traffic()).toHaveLength(cause === 'abort on the way' ? 3 : 2);
    }
  });

  test('is taken after the cutover when labels come late and are bad', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const given = spec({ cutover: { keepBaselineWarm: '1h' } }, service);
      const { guardrails } = rolloutSpec.parse({
        ...plain(service),
        guardrails: [{ metric: 'error_rate' }, { metric: 'accuracy' }],
      });
      const rollout = await stage.start({ ...given, guardrails }, service);
      await rollout.until(({ waiting }) => waiting?.kind === 'warm-baseline');
      world.lateLabels = 'fail';
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back', reason: 'late labels: accuracy is fail' });
    });
    expect(world.traffic()).toEqual(['10', '50', 'all v2', 'all v1']);
  });
});

test('a rollback forced past the workflow after its cutover ends it', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec({ cutover: { keepBaselineWarm: '1h' } }, service), service);
    await rollout.until(({ waiting }) => waiting?.kind === 'warm-baseline');
    world.epoch += 5;
    expect(await rollout.result()).toMatchObject({ status: 'rolled-back', reason: /^traffic was taken over: g1/ });
  });
  expect(world.traffic().at(-1)).toBe('all v1');
});

const plain = (service: string) => ({
  sluice: 'v1' as const,
  service,
  owner: 'ml-platform',
  baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
  candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
  protocol: { model: 'digits' },
  guardrails: [{ metric: 'error_rate' as const }],
  phases: { canary: { steps: [{ setWeight: 10 }] } },
});

test('a newer route from elsewhere ends the rollout: better no candidate than two masters', async () => {
  const [world, service] = [new World(), fresh()];
  world.takenOver = 'epoch 9 is refused, g1 has epoch 12';
  world.watched = () => {
    world.epoch = 12;
  };
  const state = await stage.run(world, service, async () => (await stage.start(spec({}, service), service)).result());
  expect(state).toMatchObject({
    status: 'rolled-back',
    reason: 'traffic was taken over: epoch 9 is refused, g1 has epoch 12',
    epoch: 13,
  });
  expect(world.traffic().at(-1)).toBe('all v1');
});

test('where a person has sent all to a third version meanwhile, that stays', async () => {
  const [world, service] = [new World(), fresh()];
  const given = spec({ canary: { steps: [{ setWeight: 10, bake: '1h' }] } }, service);
  await stage.run(world, service, async () => {
    const rollout = await stage.start(given, service);
    const { epoch, rolloutId } = await rollout.until(({ weightPercent }) => weightPercent === 10);
    const v0 = { version: 'v0', url: 'http://127.0.0.1:3' };
    world.third = { ...stableRoute(given, rolloutId, epoch + 1, 'baseline'), baseline: v0 };
    world.takenOver = `epoch ${epoch} is refused, g1 has epoch ${epoch + 1}`;
    expect(await rollout.result()).toMatchObject({ status: 'rolled-back', weightPercent: 0, epoch: epoch + 1 });
  });
  expect(world.traffic()).toEqual(['10', 'all v0']);
  expect(world.decisions.map(({ reason }) => reason)).toContainEqual(
    expect.stringMatching(/^v0 serves all, as was set in epoch \d+: it is left so$/),
  );
});
