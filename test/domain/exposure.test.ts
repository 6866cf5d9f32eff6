import { describe, expect, test } from '@jest/globals';
import { guardrailAlpha, stableRoute, trialRoute } from '../../src/domain/exposure.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';

const parse = (over: object = {}) =>
  rolloutSpec.parse({
    ...PLAIN_SPEC,
    phases: { canary: { steps: [{ setWeight: 10 }, { pause: { duration: '1h' } }, { setWeight: 50 }] } },
    ...over,
  });
const spec = parse();

describe('a route', () => {
  test('on trial is leased, and shows the candidate to as many as are asked for', () => {
    expect(trialRoute(spec, 'r1', 7, { weightPercent: 5, shadowPercent: 20 })).toEqual({
      service: 'digits',
      protocol: spec.protocol,
      epoch: 7,
      rolloutId: 'r1',
      salt: 'r1',
      traffic: spec.traffic,
      baseline: spec.baseline,
      candidate: spec.candidate,
      weightPercent: 5,
      shadowPercent: 20,
      leaseMs: spec.watch.lease,
    });
  });
  test('takes the traffic policy of the spec with it', () => {
    const policy = parse({ traffic: { brake: { errorRate: { max: 0.3 } } } });
    expect(policy.traffic).toBeDefined();
    const trial = trialRoute(policy, 'r1', 1, { weightPercent: 5, shadowPercent: 0 });
    expect([trial.traffic, stableRoute(policy, 'r1', 2, 'baseline').traffic]).toEqual([policy.traffic, policy.traffic]);
  });
  test('records exposures and interleaves only where it is asked to', () => {
    const exposure = { weightPercent: 50, shadowPercent: 0 };
    const interleaving = { method: 'team-draft', output: 'items', length: 10 } as const;
    const route = trialRoute(spec, 'r1', 1, { ...exposure, recordsExposures: true, interleaving });
    expect(route).toMatchObject({ recordsExposures: true, interleaving });
    const plain = trialRoute(spec, 'r1', 1, { ...exposure, recordsExposures: false });
    expect(plain).not.toHaveProperty('recordsExposures');
    expect(plain).not.toHaveProperty('interleaving');
  });
  test.each(['baseline', 'candidate'] as const)('of the %s alone stays without a lease', (stable) => {
    const route = stableRoute(spec, 'r1', 8, stable);
    expect(route).toMatchObject({
      epoch: 8,
      salt: 'r1',
      baseline: spec[stable],
      candidate: null,
      weightPercent: 0,
      shadowPercent: 0,
      leaseMs: null,
    });
    expect(route).not.toHaveProperty('holdback');
  });
  test('holds units back on the version before, after a cutover alone', () => {
    const holdback = { target: spec.baseline, percent: 2 };
    expect(stableRoute(spec, 'r1', 9, 'candidate', 2)).toMatchObject({ baseline: spec.candidate, holdback });
    expect(stableRoute(spec, 'r1', 9, 'baseline', 2)).not.toHaveProperty('holdback');
  });
});

describe('the error budget of one guardrail', () => {
  const guardrails = [{ metric: 'error_rate' }, { metric: 'latency_p99', margin: '20ms' }];
  const query = { metric: 'query', name: 'q', max: 1, provider: { prometheus: { query: 'up' } } };
  const canary = { steps: [{ setWeight: 10 }, { pause: { duration: '1h' } }, { setWeight: 50 }] };
  test.each([
    ['two weights', {}, 2],
    ['two weights, two guardrails', { guardrails }, 4],
    ['a shadow phase beside them', { guardrails, phases: { canary, shadow: {} } }, 6],
    [
      'an A/B evaluation too',
      { phases: { canary, shadow: {}, abTest: { primary: 'accuracy', minDetectableEffect: 0.05 } } },
      4,
    ],
    ['a threshold, which has none', { guardrails: [...guardrails, query] }, 4],
    ['nothing but a threshold', { guardrails: [query] }, 1],
  ])('is that of the rollout shared out: %s', (_, over, parts) => {
    const given = parse(over);
    expect(guardrailAlpha(given)).toBeCloseTo(given.watch.alpha / parts, 12);
  });
});
