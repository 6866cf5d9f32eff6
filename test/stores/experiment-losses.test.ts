import { expect, test } from '@jest/globals';
import { seededRandom } from '../../examples/traffic/random.js';
import { type ArmRecords, missingRecords } from '../../src/stores/experiment-losses.js';

interface Growing {
  answered: number;
  recorded: number;
}

/** Two arms over many looks. @param kept share of each arm's answers whose record comes in */
function alarms(kept: { arm: number; other: number }, looks: number, perLook: number, random: () => number): boolean {
  const [arm, other]: [Growing, Growing] = [
    { answered: 0, recorded: 0 },
    { answered: 0, recorded: 0 },
  ];
  const grow = (one: Growing, share: number) => {
    one.answered += perLook;
    for (let k = 0; k < perLook; k += 1) if (random() < share) one.recorded += 1;
  };
  for (let look = 0; look < looks; look += 1) {
    grow(arm, kept.arm);
    grow(other, kept.other);
    if (missingRecords(arm, other) > 0) return true;
  }
  return false;
}

test.each([0.25, 0.9])(
  'an even sample of %d is called lossy in no more than one of a thousand evaluations',
  (share) => {
    const random = seededRandom(20261121);
    let called = 0;
    for (let k = 0; k < 2000; k += 1) if (alarms({ arm: share, other: share }, 40, 50, random)) called += 1;
    // One sixth to four fifths of a percent when each look had the threshold of a single one.
    expect(called).toBeLessThanOrEqual(2);
  },
);

test('a loss of 5 % of one arm is found, and as large as it is', () => {
  const [arm, other]: [ArmRecords, ArmRecords] = [
    { answered: 2000, recorded: 1900 },
    { answered: 2000, recorded: 2000 },
  ];
  expect(missingRecords(arm, other)).toBe(100);
  expect(missingRecords(other, arm)).toBe(0);
});

test('what is recorded before it is counted is no loss of the other', () => {
  expect(missingRecords({ answered: 990, recorded: 990 }, { answered: 1000, recorded: 1010 })).toBe(0);
});
