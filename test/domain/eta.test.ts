import { describe, expect, test } from '@jest/globals';
import { earliestEnd } from '../../src/domain/eta.js';
import { initialState, type RolloutState, type Waiting } from '../../src/domain/rollout-state.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
/** 10 + 0 + 30 + 20 minutes of steps, and 60 of a warm baseline. */
const spec = rolloutSpec.parse({
  ...PLAIN_SPEC,
  phases: {
    canary: {
      steps: [
        { setWeight: 10, bake: '10m' },
        { pause: { approval: {} } },
        { pause: { duration: '30m' } },
        { setWeight: 50, bake: '20m' },
      ],
    },
    cutover: { keepBaselineWarm: '1h' },
  },
});
const plain = initialState('digits-1', spec, at(0));
type CanaryStatus = RolloutState['phases']['canary']['status'];
const minutesTo = (over: Partial<RolloutState>, canary: CanaryStatus = 'running') => {
  const phases = { ...plain.phases, canary: { ...plain.phases.canary, status: canary } };
  const end = earliestEnd({ ...plain, phases, ...over }, spec, NOW);
  return end === null ? null : (Date.parse(end) - NOW) / 60_000;
};
const waiting = (kind: Waiting['kind'], until: string | null): Waiting => ({ kind, since: at(-1), until, note: '' });

describe('a rollout is through at the earliest', () => {
  test('after all of its steps and the warm baseline, where it has just begun', () => {
    expect(minutesTo({}, 'pending')).toBe(120);
    expect(earliestEnd(plain, spec, NOW)).toBe('2026-11-21T14:00:00.000Z');
  });

  test.each([
    ['at the first weight', 0, 110],
    ['while it waits for an approval, which takes no time of its own', 1, 110],
    ['in a pause', 2, 80],
    ['at the last weight', 3, 60],
  ])('after the steps that are left: %s', (_, step, minutes) => {
    expect(minutesTo({ step })).toBe(minutes);
  });

  test.each([
    ['its first step', { phase: 'canary', step: 0 }, 120],
    ['a pause, with the weight before it', { phase: 'canary', step: 2 }, 120],
    ['a later weight', { phase: 'canary', step: 3 }, 80],
    ['the canary', { phase: 'canary', step: null }, 120],
    ['the shadow before it', { phase: 'shadow', step: null }, 120],
    ['the phase after it', { phase: 'abTest', step: null }, 60],
  ] as const)('after what a new attempt has left that begins at %s', (_, from, minutes) => {
    expect(earliestEnd(plain, spec, NOW, from)).toBe(at(minutes));
  });

  test.each(['passed', 'skipped', 'failed'] as const)(
    'after the warm baseline alone, once its canary is %s',
    (done) => {
      expect(minutesTo({}, done)).toBe(60);
    },
  );

  test.each(['delay', 'bake', 'freeze'] as const)('after what is left of a %s, too', (kind) => {
    expect(minutesTo({ step: 3, waiting: waiting(kind, at(7)) })).toBe(67);
    // Late, and not in the past: what follows begins now.
    expect(minutesTo({ step: 3, waiting: waiting(kind, at(-7)) })).toBe(60);
    expect(minutesTo({ step: 3, waiting: waiting(kind, null) })).toBe(60);
  });

  test('when the baseline need not be warm any more, which is not counted twice', () => {
    expect(minutesTo({ waiting: waiting('warm-baseline', at(25)) }, 'passed')).toBe(25);
  });

  test.each(['samples', 'approval', 'hold', 'confirm', 'scaling'] as const)(
    'as if the answer of a %s came at once',
    (kind) => {
      expect(minutesTo({ step: 3, waiting: waiting(kind, at(600)) })).toBe(60);
    },
  );

  test('when its descent has ended, where it goes back', () => {
    expect(minutesTo({ step: 0, waiting: waiting('rollback', at(2)) })).toBe(2);
  });
});

test.each(['promoted', 'aborted', 'rolled-back', 'failed'] as const)(
  'a rollout that was %s has no end before it',
  (status) => {
    expect(minutesTo({ status })).toBeNull();
  },
);
