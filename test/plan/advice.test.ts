import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planRollout } from '../../src/plan/plan-rollout.js';
import { specOf, steady } from './specs.js';

/** A Saturday. */
const NOW = Date.parse('2026-11-21T12:00:00Z');

interface Step {
  readonly setWeight: number;
  readonly bake: string;
  readonly minSamples?: number;
  readonly maxDuration?: string;
}

interface Canary {
  readonly rps: number;
  readonly step: Step;
  /** After the step. */
  readonly pause?: string;
  readonly windows?: Record<string, unknown> | undefined;
}

/** What would do for the first step, null where it sees enough, and the error rate that it finds. */
function planOf({ rps, step, pause, windows }: Canary): { help: string | null; finds: number | null } {
  const pauses = pause === undefined ? [] : [{ pause: { duration: pause } }];
  const spec = specOf(windows ? { windows } : {}, [{ ...step }, ...pauses, { setWeight: 100, bake: '30d' }]);
  const { warnings, steps } = planRollout(spec, steady(rps), NOW);
  const title = `canary ${step.setWeight} %`;
  const warning = warnings.find((one) => one.step === title && /can't detect/.test(one.message));
  const finds = steps.find((one) => one.title === title)?.guardrails[0]?.detectable?.share ?? null;
  return { help: warning === undefined ? null : (warning.help ?? 'nothing'), finds };
}
const adviceOn = (canary: Canary) => planOf(canary).help;

/** The step as each way of an advice would have it. */
function waysOf(step: Step, help: string): Step[] {
  return help.split(', or ').map((way) => {
    const [, name = '', value = ''] = /^a (bake|minSamples|weight) of ([\w.]+)/.exec(way) ?? [];
    if (name === 'bake') return { ...step, bake: value };
    if (name === 'minSamples') return { ...step, minSamples: Number(value) };
    if (name === 'weight') return { ...step, setWeight: Number(value) };
    throw new Error(`${way} is no way`);
  });
}

describe('the advice on a canary step', () => {
  test('is no more weight where minSamples ends the step all the same', () => {
    const step = { setWeight: 5, bake: '15s', minSamples: 120, maxDuration: '2h' };
    expect(adviceOn({ rps: 1, step })).toBe('a bake of 74m, or a minSamples of 222');
    expect(adviceOn({ rps: 1, step: { ...step, setWeight: 10 } })).toBe('a bake of 38m, or a minSamples of 223');
    for (const setWeight of [9, 20, 50])
      expect(adviceOn({ rps: 1, step: { ...step, setWeight } })).toMatch(/minSamples of \d+$/);
  });

  test('leaves the pauses that follow out of the bake', () => {
    const canary = { rps: 2, step: { setWeight: 1, bake: '10m' }, pause: '1h' };
    const [, bake, weight] = /^a bake of (\d+)m, or a weight of (\d+) %$/.exec(adviceOn(canary) ?? '') ?? [];
    expect(Number(bake)).toBeGreaterThan(60);
    const at = (ms: string) => adviceOn({ ...canary, step: { ...canary.step, bake: ms } });
    expect([at(`${bake}m`), at(`${Number(bake) - 5}m`)]).toEqual([null, expect.any(String)]);
    expect(adviceOn({ ...canary, step: { ...canary.step, setWeight: Number(weight) } })).toBeNull();
  });

  test('does what it says, whatever decides', () => {
    const minutes = (max: number) => fc.integer({ min: 1, max }).map((m) => `${m}m`);
    const canary = fc.record({
      rps: fc.constantFrom(0.5, 1, 3, 10),
      step: fc.record({
        setWeight: fc.integer({ min: 1, max: 40 }),
        bake: minutes(90),
        minSamples: fc.constantFrom(0, 60, 120, 180),
        maxDuration: fc.constantFrom('2h', '12h', '2d'),
      }),
      pause: minutes(90),
      windows: fc.constantFrom(undefined, { allow: [{ from: '10:00', to: '15:00', zone: 'UTC' }] }),
    });
    let advised = 0;
    fc.assert(
      fc.property(canary, (one) => {
        const help = adviceOn(one);
        for (const step of help === null ? [] : waysOf(one.step, help)) {
          advised += 1;
          // A margin of 1 % and harm of one request in ten. Counts are whole: a sample more may find a little less.
          expect(planOf({ ...one, step }).finds ?? 1).toBeLessThan(0.115);
        }
      }),
      { numRuns: 300 },
    );
    expect(advised).toBeGreaterThan(50);
  });
});

describe('the advice on a shadow phase', () => {
  const guardrails = [{ metric: 'latency_p99', margin: '20ms' }];
  const seenBy = (rps: number, shadow: Record<string, unknown>) => {
    const plan = planRollout(specOf({ guardrails, phases: { shadow } }), steady(rps), NOW);
    const step = plan.steps.find(({ kind }) => kind === 'shadow');
    const warning = plan.warnings.find(({ message }) => /can't detect/.test(message));
    return { help: warning?.help ?? null, share: step?.guardrails[0]?.detectable?.share ?? null };
  };

  test('is a larger minSamples: a larger sample only takes from the baseline', () => {
    const [some, all] = [20, 100].map((sample) => seenBy(10, { sample, minSamples: 60 }));
    expect([some?.share, all?.share]).toEqual([expect.closeTo(0.785, 2), null]);
    expect([some?.help, all?.help]).toEqual(['a minSamples of 250', 'a minSamples of 374']);
    expect(seenBy(10, { sample: 20, minSamples: 250 }).help).toBeNull();
    expect(seenBy(10, { sample: 100, minSamples: 374 }).help).toBeNull();
  });

  test('is a longer maxDuration too where it would end before', () => {
    const shadow = { sample: 20, minSamples: 60, maxDuration: '1m' };
    expect(seenBy(10, shadow).help).toBe('a minSamples of 250 and a maxDuration of 3m');
    expect(seenBy(10, { ...shadow, minSamples: 250, maxDuration: '3m' }).help).toBeNull();
  });

  test('is a larger sample where maxDuration ends it', () => {
    const shadow = { minSamples: 400, maxDuration: '1m' };
    expect(seenBy(10, { ...shadow, sample: 10 }).help).toBe('a larger sample, or a longer maxDuration');
    expect(seenBy(10, { ...shadow, sample: 70 }).help).toBeNull();
    expect(seenBy(1, { ...shadow, sample: 100 }).help).toBe('a longer maxDuration');
  });
});
