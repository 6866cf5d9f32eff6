import { describe, expect, test } from '@jest/globals';
import { PHASES } from '../../src/domain/phase.js';
import {
  hasEnded,
  initialState,
  ROLLOUT_STATUSES,
  type RolloutState,
  withAllPhases,
} from '../../src/domain/rollout-state.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';

const AT = '2026-11-21T12:00:00.000Z';
const spec = rolloutSpec.parse({
  ...PLAIN_SPEC,
  phases: { canary: { steps: [{ setWeight: 10 }, { setWeight: 50 }] } },
});
const pending = { status: 'pending', startedAt: null, endedAt: null, note: '' };

test('the last four statuses are endings', () => {
  expect(ROLLOUT_STATUSES.filter(hasEnded)).toEqual(['promoted', 'aborted', 'rolled-back', 'failed']);
});

test('a rollout that has just been asked for exposes nobody, and knows nothing', () => {
  expect(initialState('digits-1', spec, AT)).toEqual({
    rolloutId: 'digits-1',
    service: 'digits',
    owner: 'ml-platform',
    baseline: 'v1',
    candidate: 'v2',
    status: 'progressing',
    phase: 'validation',
    phases: Object.fromEntries(PHASES.map((phase) => [phase, pending])),
    step: null,
    stepCount: 2,
    epoch: 0,
    weightPercent: 0,
    shadowPercent: 0,
    waiting: null,
    paused: null,
    verdict: 'inconclusive',
    evidence: [],
    reason: 'started',
    startedAt: AT,
    updatedAt: AT,
    revision: 0,
  });
});

test('the progress of one phase is not that of another', () => {
  const { phases } = initialState('digits-1', spec, AT);
  phases.validation.status = 'running';
  expect(phases.canary.status).toBe('pending');
});

describe('a rollout that began before there were as many phases', () => {
  const state = initialState('digits-1', spec, AT);
  state.phases.canary.status = 'running';

  test('has skipped those it does not know, and goes on with the others', () => {
    const { impact: _, shadow: __, ...known } = state.phases;
    const whole = withAllPhases({ ...state, phases: known as RolloutState['phases'] });
    const skipped = { status: 'skipped', startedAt: null, endedAt: null, note: 'not in the spec' };
    expect(whole).toEqual({ ...state, phases: { ...state.phases, impact: skipped, shadow: skipped } });
    expect(Object.keys(whole.phases)).toEqual(PHASES);
  });

  test('is left as it is where it knows all', () => {
    expect(withAllPhases(state)).toBe(state);
  });
});
