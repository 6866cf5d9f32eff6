import { expect, test } from '@jest/globals';
import { jumpRefusal, reachOf, weightRefusal } from '../../src/domain/moves.js';
import { canary } from '../../src/domain/spec/phases.js';

const { steps } = canary.parse({
  steps: [
    { setWeight: 5 },
    { pause: { duration: '1h' } },
    { setWeight: 20 },
    { pause: { approval: {} } },
    { setWeight: 50 },
  ],
});

test.each([
  ['before it begins', null, { beforeStep: 3, weightPercent: 20 }],
  ['at the first weight', 0, { beforeStep: 3, weightPercent: 20 }],
  ['while the approval is asked for', 3, { beforeStep: 3, weightPercent: 20 }],
  ['once it was given', 4, { beforeStep: 5, weightPercent: 50 }],
])('%s it may be moved up to the next approval', (_, position, reach) => {
  expect(reachOf(steps, position)).toEqual(reach);
});

test.each([
  [0, 2, null],
  [4, 0, null],
  [0, 4, 'step 5 lies behind the approval in step 4'],
  [3, 4, 'step 5 lies behind the approval in step 4'],
  [0, 1, 'step 2 is a pause; a jump goes to a step that sets a weight'],
  [0, 9, 'there is no step 10: the canary has 5'],
  [0, -1, 'there is no step 0: the canary has 5'],
  [0, 0.5, 'there is no step 1.5: the canary has 5'],
])('a jump from step %d to %d: %s', (position, step, refused) => {
  expect(jumpRefusal(steps, position, step)).toBe(refused);
});

test.each([
  [12.5, null],
  [20, null],
  [0.01, null],
  [20.01, 'weight 20.01 % is above 20 %, the most that is approved'],
  [0, 'weight 0 is not in 0.01..100 in steps of 0.01'],
  [0.001, 'weight 0.001 is not in 0.01..100 in steps of 0.01'],
  [Number.NaN, 'weight NaN is not in 0.01..100 in steps of 0.01'],
])('weight %d: %s', (percent, refused) => {
  expect(weightRefusal(steps, 0, percent)).toBe(refused);
});

test('all of the traffic may be given where nothing is left to approve, and never more', () => {
  const open = canary.parse({ steps: [{ setWeight: 100 }] }).steps;
  expect(weightRefusal(open, null, 100)).toBeNull();
  expect(weightRefusal(open, null, 100.01)).toMatch(/is not in 0.01..100/);
  expect(reachOf([], null)).toEqual({ beforeStep: 0, weightPercent: 0 });
});
