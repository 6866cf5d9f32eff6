import { describe, expect, test } from '@jest/globals';
import type { Phase } from '../../src/domain/phase.js';
import { retryPoint } from '../../src/domain/retry.js';
import { initialState, type PhaseStatus, type RolloutState } from '../../src/domain/rollout-state.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';

const approval = { pause: { approval: {} } };
const parse = (phases: Record<string, unknown> = {}) =>
  rolloutSpec.parse({
    ...PLAIN_SPEC,
    phases: { canary: { steps: [{ setWeight: 10 }, approval, { setWeight: 50 }, approval] }, ...phases },
  });
const all = parse({ shadow: {}, abTest: { primary: 'accuracy', minDetectableEffect: 0.05 } });

/** A rollout that ended in a phase, at a step counted from 0. */
function ended(phase: Phase, step: number | null = null, canary: PhaseStatus = 'failed'): RolloutState {
  const state = initialState('digits-1', all, '2026-11-21T08:00:00.000Z');
  state.phases.canary.status = canary;
  return { ...state, status: 'rolled-back', phase, step };
}

describe('a new attempt begins', () => {
  test.each([
    ['at the beginning, where validation failed', all, ended('validation', null, 'pending'), undefined],
    ['in the shadow phase', all, ended('shadow', null, 'pending'), { phase: 'shadow', step: null }],
    ['at the step it failed at', all, ended('canary', 2), { phase: 'canary', step: 2 }],
    ['at the first step, where it had taken none', all, ended('canary', null), { phase: 'canary', step: 0 }],
    ['at the weight before a pause', all, ended('canary', 1), { phase: 'canary', step: 0 }],
    ['in the A/B evaluation', all, ended('abTest', null, 'passed'), { phase: 'abTest', step: null }],
    ['before what it did', parse(), ended('impact', null, 'passed'), { phase: 'canary', step: 2 }],
    ['before a cutover', all, ended('cutover', null, 'passed'), { phase: 'abTest', step: null }],
    ['at the last weight before a cutover', parse(), ended('cutover', null, 'passed'), { phase: 'canary', step: 2 }],
    ['at the beginning, where nothing is known', all, null, undefined],
  ] as const)('%s', (_, spec, before, from) => {
    expect(retryPoint(spec, before)).toEqual(from);
  });

  test('at an earlier step, where it is asked to', () => {
    expect(retryPoint(all, ended('canary', 2), 0)).toEqual({ phase: 'canary', step: 0 });
    expect(retryPoint(all, ended('canary', 2), 2)).toEqual({ phase: 'canary', step: 2 });
    expect(retryPoint(all, ended('canary', null), 0)).toEqual({ phase: 'canary', step: 0 });
    expect(retryPoint(all, ended('abTest', null, 'passed'), 2)).toEqual({ phase: 'canary', step: 2 });
  });
});

test.each([
  ['after a promotion', { ...ended('cutover'), status: 'promoted' as const }, undefined, 'digits-1 was promoted'],
  ['at no step', ended('canary', 2), 4, 'there is no step 5: the canary has 4'],
  ['at a step below the first', ended('canary', 2), -1, 'there is no step 0'],
  ['at a pause', ended('canary', 2), 1, 'step 2 is a pause'],
  ['at a step it had not got to', ended('canary', 0), 2, 'it had got to step 1'],
  ['in a canary that had not begun', ended('shadow', null, 'pending'), 0, 'its canary had not begun'],
  ['at a step of one that left no result', null, 0, 'its canary had not begun'],
])('there is none %s', (_, before, step, why) => {
  expect(() => retryPoint(all, before, step)).toThrow(why);
});
