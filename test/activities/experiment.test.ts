import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createExperimentActivities, experimentQuestion } from '../../activities/experiment.js';
import { abTest } from '../../src/domain/spec/experiment.js';
import type { ExperimentPlan } from '../../src/experiment/plan.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { batchOf, feedbackOf, newService, predictionOf } from '../stores/observation-fixtures.js';

const DAY = 86_400_000;

describe('experiments', () => {
  let store: Store;
  beforeAll(async () => {
    store = await testStore();
  }, 120_000);
  afterAll(() => store?.close());

  const planOf = (parts: object = {}) =>
    abTest.parse({ primary: 'bought', minDetectableEffect: 0.1, maxDuration: '7d', ...parts });
  const metrics = [
    { name: 'bought', kind: 'proportion', goal: 'increase', source: { feedback: 'conversion' } },
  ] as const;
  const plan = (service: string, parts: object = {}) => {
    const activities = createExperimentActivities({ store });
    const input = { plan: planOf(parts), metrics, service };
    const asked = () => activities.planExperiment(input);
    return new MockActivityEnvironment().run<[], ExperimentPlan, typeof asked>(asked);
  };

  test('the sample is planned from the traffic that was', async () => {
    const service = newService();
    const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
    const times = Array.from({ length: 400 }, (_, n) => 5 * DAY - n * 1_000_000);
    const predictions = times.map((ms, n) => predictionOf(service, { unitHash: `u${n}`, at: ago(ms) }));
    const feedback = predictions
      .filter((_, n) => n % 4 === 0)
      .map(({ predictionId, unitHash, at }) =>
        feedbackOf(service, { predictionId, unitHash, predictedAt: at, occurredAt: at, receivedAt: at }),
      );
    await store.appendObservations(batchOf({ predictions, feedback }));
    const planned = await plan(service);
    expect(planned).toMatchObject({ refusal: null, days: expect.any(Number) });
    // 16 * 0.25 * 0.75 / 0.1^2 for a look at the end, and more for looks at any time.
    expect(planned.neededPerArm).toBeGreaterThan(290);
    expect(planned.neededPerArm).toBeLessThan(1000);
  });

  test('without traffic nothing is known, and where the spec asks for it nothing begins', async () => {
    expect(await plan(newService())).toMatchObject({ neededPerArm: null, refusal: null, warning: expect.any(String) });
    const refused = await plan(newService(), { planning: { refuse: true } });
    expect(refused.refusal).toMatch(/bought can't be planned for: there is no history yet/);
  });

  test('of rankings nothing is known beforehand', async () => {
    const interleaving = { output: 'items' };
    const planned = await plan(newService(), {
      kind: 'interleaving',
      primary: 'preference',
      interleaving,
      tuning: 900,
    });
    expect(planned).toMatchObject({ neededPerArm: null, days: null, refusal: null, warning: null, tuning: 900 });
  });

  test('a metric that nobody defines', async () => {
    await expect(plan(newService(), { primary: 'sold' })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: 'metric sold is not defined',
    });
  });

  test('all metrics of a plan are read, the primary one by day', () => {
    const full = planOf({
      secondary: ['thumb'],
      guardrails: [{ metric: 'latency_p99', margin: 20 }],
      cuped: { before: '14d' },
      bots: { maxEventsPerUnitPerHour: 60 },
    });
    const question = experimentQuestion({
      plan: full,
      metrics,
      scope: { service: 's', rolloutId: 'r', epochs: [2, 2] },
      since: '2026-11-01T00:00:00.000Z',
      apart: ['eu'],
      planned: null,
    });
    expect(question).toMatchObject({ byDay: ['bought'], apart: ['eu'], beforeMs: 14 * DAY, maxEventsPerHour: 60 });
    expect(question.metrics.map(({ name }) => name)).toEqual(['bought', 'thumb', 'latency_p99']);
  });
});
