import { describe, expect, test } from '@jest/globals';
import {
  isPlanned,
  PHASES,
  type Phase,
  percentIn,
  phaseAfter,
  RUN_PHASES,
  TRIAL_PHASES,
} from '../../src/domain/phase.js';
import { phases } from '../../src/domain/spec/phases.js';

const canary = {
  steps: [{ setWeight: 5 }, { pause: { duration: '1h' } }, { setWeight: 20 }, { setWeight: 40 }],
};
const bare = phases.parse({ canary });
const whole = phases.parse({
  canary,
  shadow: { sample: 30 },
  abTest: { primary: 'accuracy', minDetectableEffect: 0.05, split: 60 },
  impact: { metrics: ['error_rate'], before: '7d', after: '7d' },
});

test('a rollout runs through all phases but the impact analysis, and the candidate is on trial in three', () => {
  expect(PHASES).toEqual(['validation', 'shadow', 'canary', 'abTest', 'cutover', 'impact']);
  expect(RUN_PHASES).toEqual(['validation', 'shadow', 'canary', 'abTest', 'cutover']);
  expect(TRIAL_PHASES).toEqual(['shadow', 'canary', 'abTest']);
});

describe('what the candidate gets when a phase begins', () => {
  test.each<[Phase, number | undefined, number | null]>([
    ['validation', undefined, null],
    ['shadow', undefined, 30],
    ['canary', undefined, 5],
    ['canary', 0, 5],
    // A pause is at the weight before it.
    ['canary', 1, 5],
    ['canary', 2, 20],
    ['canary', 3, 40],
    ['abTest', undefined, 60],
    ['cutover', undefined, null],
    ['impact', undefined, null],
  ])('%s at step %p: %p', (phase, step, percent) => {
    expect(percentIn(whole, phase, step)).toBe(percent);
  });

  test('is nothing where the spec has no such phase, or no weight yet', () => {
    expect([percentIn(bare, 'shadow'), percentIn(bare, 'abTest'), percentIn(bare, 'canary', -1)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

test('validation and cutover are there without a word, the others where the spec has them', () => {
  expect(PHASES.filter((phase) => isPlanned(bare, phase))).toEqual(['validation', 'canary', 'cutover']);
  expect(PHASES.filter((phase) => isPlanned(whole, phase))).toEqual(PHASES);
});

describe('the next phase', () => {
  test('is the next one that the spec has', () => {
    expect(PHASES.map((phase) => phaseAfter(whole, phase))).toEqual([...PHASES.slice(1), 'impact']);
    expect(phaseAfter(bare, 'validation')).toBe('canary');
    expect(phaseAfter(bare, 'canary')).toBe('cutover');
  });

  test('is the impact analysis where nothing else is left', () => {
    expect(phaseAfter(bare, 'cutover')).toBe('impact');
    expect(phaseAfter(bare, 'impact')).toBe('impact');
  });
});
