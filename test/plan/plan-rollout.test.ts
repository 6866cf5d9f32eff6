import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { earliestEnd } from '../../src/domain/eta.js';
import type { Freeze } from '../../src/domain/freeze.js';
import { initialState } from '../../src/domain/rollout-state.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { withGiven } from '../../src/plan/given-traffic.js';
import { planRollout } from '../../src/plan/plan-rollout.js';
import type { RolloutPlan } from '../../src/plan/rollout-plan.js';
import { requestsBetween, timeOfRequests, UNKNOWN_TRAFFIC } from '../../src/plan/traffic.js';
import { readDocument } from '../../src/yaml/read-document.js';
import { specOf, steady } from './specs.js';

/** A Saturday. */
const NOW = Date.parse('2026-11-21T12:00:00Z');
const HOUR_MS = 3_600_000;
const stepOf = (plan: RolloutPlan, title: string) => {
  const step = plan.steps.find((one) => one.title.startsWith(title));
  if (step === undefined) throw new Error(`${title} is none of ${plan.steps.map((one) => one.title).join(', ')}`);
  return step;
};

describe('the schedule', () => {
  test('is at the earliest what a rollout that has just begun says of itself', () => {
    const step = fc.oneof(
      fc.integer({ min: 1, max: 600 }).map((m) => ({ bake: `${m}m` })),
      fc.integer({ min: 1, max: 600 }).map((m) => ({ pause: { duration: `${m}m` } })),
      fc.constant({ pause: { approval: {} } }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.integer({ min: 1, max: 100 }), (given, warm) => {
        const steps = [{ bake: '10m' }, ...given].map((one, index) =>
          'bake' in one ? { setWeight: index + 1, ...one } : one,
        );
        const spec = specOf({ phases: { cutover: { keepBaselineWarm: `${warm}h` } } }, steps);
        const { earliestEnd: planned } = planRollout(spec, UNKNOWN_TRAFFIC, NOW);
        expect(planned).toBe(earliestEnd(initialState('r', spec, new Date(NOW).toISOString()), spec, NOW));
      }),
      { numRuns: 100 },
    );
  });

  test('goes through all phases, and says who is asked', () => {
    const spec = specOf(
      {
        initialDelay: '5m',
        scaling: { candidate: { driver: 'local', name: 'digits' }, percentPerReplica: 20, min: 1, max: 9 },
        hooks: [
          { kind: 'call', name: 'smoke', url: 'https://example.test/a', at: { beforeStep: 'each' } },
          { kind: 'veto', name: 'ops', url: 'https://example.test/b', at: { during: 'canary' } },
        ],
        phases: {
          shadow: { sample: 20, minSamples: 1000 },
          cutover: {
            approval: { approvers: ['ann', 'role:release'], quorum: 2, fourEyes: true },
            keepBaselineWarm: '2h',
          },
          impact: { metrics: ['error_rate'], before: '1d', after: '7d' },
        },
      },
      [{ setWeight: 5, bake: '10m' }, { pause: { approval: {} } }, { setWeight: 50, bake: '30m' }],
    );
    const plan = planRollout(spec, steady(50), NOW);
    expect(plan.steps.map(({ kind, weightPercent }) => [kind, weightPercent])).toEqual([
      ['validation', 0],
      ['shadow', 0],
      ['weight', 5],
      ['approval', 5],
      ['weight', 50],
      ['approval', 50],
      ['cutover', 100],
      ['warm', 100],
      ['impact', 100],
    ]);
    expect(stepOf(plan, 'canary 5 %')).toMatchObject({
      replicas: 1,
      earliest: { from: '2026-11-21T12:05:00.000Z', until: '2026-11-21T12:15:00.000Z' },
      // 1,000 copies of every fifth request at 50 a second.
      expected: { from: '2026-11-21T12:06:40.000Z', until: '2026-11-21T12:16:40.000Z' },
      hooks: [
        { name: 'smoke', kind: 'call', when: 'before' },
        { name: 'ops', kind: 'veto', when: 'during' },
      ],
    });
    expect(stepOf(plan, 'canary 50 %').replicas).toBe(3);
    expect(stepOf(plan, 'approval of the cutover').approval).toMatchObject({
      approvers: ['ann', 'role:release'],
      quorum: 2,
      fourEyes: true,
      timeoutMs: 24 * HOUR_MS,
    });
    expect(plan.earliestEnd).toBe('2026-11-21T14:45:00.000Z');
    expect(stepOf(plan, 'impact').earliest.until).toBe('2026-11-28T12:45:00.000Z');
  });

  test('forward moves wait for windows, and for freezes', () => {
    const windows = { allow: [{ days: ['mon', 'tue'], from: '09:00', to: '17:00', zone: 'UTC' }] };
    const spec = specOf({ windows }, [{ setWeight: 10, bake: '10m' }]);
    const freeze: Freeze = {
      id: 'f1',
      scope: '*',
      reason: 'sale',
      owner: 'ann',
      createdAt: '2026-11-21T00:00:00Z',
      expiresAt: '2026-11-23T12:00:00Z',
      liftedAt: null,
      liftedBy: null,
      liftReason: null,
    };
    expect(stepOf(planRollout(spec, steady(10), NOW), 'canary').earliest.from).toBe('2026-11-23T09:00:00.000Z');
    const frozen = stepOf(planRollout(spec, steady(10), NOW, [freeze]), 'canary');
    expect([[freeze], [], null].map((known) => planRollout(spec, steady(10), NOW, known).areFreezesKnown)).toEqual([
      true,
      true,
      false,
    ]);
    expect(frozen.earliest.from).toBe('2026-11-23T12:00:00.000Z');
    expect(frozen.heldBy).toMatch(/sale \(freeze f1 by ann\)/);
    const lifted = { ...freeze, liftedAt: '2026-11-21T01:00:00Z' };
    expect(stepOf(planRollout(spec, steady(10), NOW, [lifted]), 'canary').earliest.from).toBe(
      '2026-11-23T09:00:00.000Z',
    );
  });

  test('says where nothing ever moves', () => {
    const windows = { allow: [{ dates: ['2020-01-01'], zone: 'UTC' }] };
    const plan = planRollout(specOf({ windows }), steady(10), NOW);
    expect([plan.earliestEnd, plan.expectedEnd]).toEqual([null, null]);
    expect(plan.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/nothing moves within a year/),
    );
  });

  test('samples that take too long end with a person, and the plan says so', () => {
    const spec = specOf({}, [{ setWeight: 1, bake: '10m', minSamples: 10_000 }]);
    const plan = planRollout(spec, steady(10), NOW);
    expect(stepOf(plan, 'canary 1 %').expected.until).toBe('2026-11-21T13:40:00.000Z');
    expect(plan.warnings[0]).toMatchObject({
      step: 'canary 1 %',
      message: 'the samples that a verdict needs take 1d 4h to come; after 1h 40m a person is asked',
    });
  });
});

describe('the samples', () => {
  const byHour = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 20 ? 10 : 1));
  const daily = steady(5.5, { source: 'measured', byHour });

  test('follow the hours of the day', () => {
    const spec = specOf({}, [
      { setWeight: 10, bake: '6h' },
      { setWeight: 20, bake: '6h' },
    ]);
    const plan = planRollout(spec, daily, NOW);
    // 12:00 to 18:00 is day; 18:00 to 20:00 is day, and the rest of the six hours night.
    expect(stepOf(plan, 'canary 10 %').sample).toEqual({ baseline: 194_400, candidate: 21_600 });
    expect(stepOf(plan, 'canary 20 %').sample).toEqual({ baseline: 0.8 * 86_400, candidate: 0.2 * 86_400 });
  });

  test('pauses add to the weight before them', () => {
    const plan = planRollout(
      specOf({}, [{ setWeight: 10, bake: '1h' }, { pause: { duration: '1h' } }]),
      steady(10),
      NOW,
    );
    expect(stepOf(plan, 'canary 10 %').sample?.candidate).toBe(7200);
  });

  test('further versions have their own share', () => {
    const others = [{ version: 'v0', url: 'http://127.0.0.1:8130', weight: 40 }];
    const plan = planRollout(specOf({ traffic: { others } }, [{ setWeight: 10, bake: '1h' }]), steady(10), NOW);
    expect(stepOf(plan, 'canary').sample).toEqual({ baseline: 18_000, candidate: 3600 });
  });

  test('counting and waiting agree', () => {
    const rate = fc.oneof(
      fc.double({ min: 0.01, max: 1000, noNaN: true }).map((perSecond) => steady(perSecond)),
      fc
        .array(fc.integer({ min: 0, max: 50 }), { minLength: 24, maxLength: 24 })
        .map((hours) =>
          steady(1, { byHour: hours.map((perSecond, hour) => (hour === 3 ? perSecond + 1 : perSecond)) }),
        ),
    );
    fc.assert(
      fc.property(
        rate,
        fc.integer({ min: 0, max: 86_400_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (given, after, n) => {
          const at = timeOfRequests(given, NOW + after, n);
          if (at === null) return;
          expect(requestsBetween(given, NOW + after, at)).toBeCloseTo(n, 2);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what a step can see', () => {
  const steps = [
    { setWeight: 1, bake: '10m' },
    { setWeight: 25, bake: '10m' },
  ];

  test('a step without enough samples is warned of, with what would do', () => {
    const plan = planRollout(specOf({}, steps), steady(20), NOW);
    const [warning] = plan.warnings;
    expect(warning).toMatchObject({ step: 'canary 1 %' });
    expect(warning?.message).toMatch(/can't detect anything useful/);
    const [, bake, unit, weight] = /a bake of (\d+)([mhd]), or a weight of (\d+) %/.exec(warning?.help ?? '') ?? [];
    expect([bake, unit, weight].every((part) => part !== undefined)).toBe(true);
    for (const step of [
      { setWeight: 1, bake: `${bake}${unit}` },
      { setWeight: Number(weight), bake: '10m' },
    ])
      expect(planRollout(specOf({}, [step, { setWeight: 50, bake: '1h' }]), steady(20), NOW).warnings).toEqual([]);
    // One less would not.
    expect(
      planRollout(specOf({}, [{ setWeight: Number(weight) - 1, bake: '10m' }]), steady(20), NOW).warnings,
    ).not.toEqual([]);
  });

  test('more weight and more time find smaller regressions', () => {
    const size = (weight: number, bake: string) =>
      stepOf(planRollout(specOf({}, [{ setWeight: weight, bake }]), steady(50), NOW), 'canary').guardrails[0]
        ?.detectable?.share ?? 1;
    expect(size(10, '1h')).toBeLessThan(size(10, '10m'));
    expect(size(50, '10m')).toBeLessThan(size(10, '10m'));
  });

  test('what is measured of the baseline counts', () => {
    const guardrails = [{ metric: 'error_rate' }, { metric: 'accuracy' }, { metric: 'latency_p99', margin: '20ms' }];
    const spec = specOf({ guardrails });
    const at = (value: number) =>
      stepOf(planRollout(spec, steady(100, { shares: { error_rate: { perRequest: 1, value } } }), NOW), 'canary')
        .guardrails;
    const [quiet, noisy] = [at(0.001)[0], at(0.1)[0]];
    expect(quiet?.detectable?.share).toBeLessThan(noisy?.detectable?.share as number);
    expect(at(0.5)[0]).toMatchObject({ detectable: null, reason: expect.stringMatching(/environment's fault/) });
    expect(at(0.001)[1]).toMatchObject({
      detectable: null,
      isUseful: null,
      reason: expect.stringMatching(/is not known/),
    });
  });

  test('nothing is said of samples where the traffic is not known', () => {
    const plan = planRollout(specOf({}, steps), UNKNOWN_TRAFFIC, NOW);
    expect(plan.expectedEnd).toBeNull();
    expect(plan.steps.every(({ sample }) => sample === null)).toBe(true);
    expect(plan.warnings).toHaveLength(1);
    expect(plan.warnings[0]?.message).toMatch(/traffic of digits is not known/);
  });

  test('a baseline that does not serve would fail at once', () => {
    const spec = specOf({}, steps);
    const [warning] = planRollout(spec, steady(50), NOW, [], 'v9').warnings;
    expect(warning?.message).toMatch(/^v9 serves digits, and not v1, which the spec names as its baseline/);
    expect(planRollout(spec, steady(50), NOW, [], 'v1').warnings).not.toContainEqual(warning);
  });

  test('a canary of all leaves nobody to compare with', () => {
    const plan = planRollout(specOf({}, [{ setWeight: 100, bake: '10m' }]), steady(100), NOW);
    expect(plan.warnings.map(({ step }) => step)).toContain('canary 100 %');
  });

  test('of very many questions some are left unanswered, as somebody waits', () => {
    const guardrails = ['error_rate', 'latency_p50', 'latency_p95', 'latency_p99'].map((metric) => ({ metric }));
    const many = Array.from({ length: 300 }, (_, k) => ({ setWeight: (k + 1) / 10, bake: '1h' }));
    const plan = planRollout(specOf({ guardrails }, many), steady(5000), NOW);
    const unasked = plan.steps.flatMap((step) => step.guardrails).filter(({ reason }) => /not computed/.test(reason));
    expect(unasked).toHaveLength(200);
    expect(plan.steps[299]?.sample).not.toBeNull();
  });
});

describe('the A/B evaluation', () => {
  const spec = specOf({
    guardrails: [{ metric: 'error_rate' }],
    phases: { abTest: { split: 50, primary: 'conversion', minDetectableEffect: 0.02, maxDuration: '14d' } },
  });

  test('is planned from units a day', () => {
    const plan = planRollout(spec, withGiven(steady(50), spec, { unitsPerDay: 5000, primaryValue: 0.1 }), NOW);
    const step = stepOf(plan, 'A/B');
    expect(step.experiment?.neededPerArm).toBeGreaterThan(1000);
    const days = step.experiment?.days as number;
    expect(Date.parse(step.expected.until as string) - Date.parse(step.expected.from as string)).toBe(
      days * 24 * HOUR_MS,
    );
  });

  test('one that can not be ready in time is warned of', () => {
    const plan = planRollout(spec, withGiven(steady(50), spec, { unitsPerDay: 50, primaryValue: 0.1 }), NOW);
    expect(plan.warnings.map(({ step }) => step)).toContain('A/B');
  });

  test('takes all its time where nothing is known', () => {
    const { expected } = stepOf(planRollout(spec, steady(50), NOW), 'A/B');
    expect(Date.parse(expected.until as string) - Date.parse(expected.from as string)).toBe(14 * 24 * HOUR_MS);
  });
});

test.each(readdirSync('examples').filter((name) => /^(digits|production).*\.yaml$/.test(name)))(
  'examples/%s has a plan',
  (name) => {
    const spec = readDocument(readFileSync(`examples/${name}`, 'utf8'), rolloutSpec, name);
    for (const traffic of [UNKNOWN_TRAFFIC, steady(50), steady(0)]) {
      const plan = planRollout(spec, traffic, NOW);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect(plan.earliestEnd).not.toBeNull();
    }
  },
);
