import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BUCKETS, hash, isCandidates, unitBucket } from '../../src/routing/bucket.js';

describe('the hash', () => {
  // scikit-learn 1.9.1: murmurhash3_32(text, seed=0, positive=True)
  test.each([
    ['é', 269551495],
    ['exp1:user-1', 4117449747],
  ])('of %s agrees with scikit-learn', (text, expected) => {
    expect(hash(text)).toBe(expected);
  });
});

describe('assignment', () => {
  const unit = fc.string({ unit: 'grapheme', maxLength: 40 });
  const weight = fc.integer({ min: 0, max: BUCKETS }).map((n) => n / 100);

  test('raising a weight only adds units; lowering only gives the last ones back', () => {
    fc.assert(
      fc.property(unit, weight, weight, (key, a, b) => {
        const bucket = unitBucket('salt', key);
        if (isCandidates(bucket, Math.min(a, b))) expect(isCandidates(bucket, Math.max(a, b))).toBe(true);
      }),
    );
  });

  test('nobody at 0 %, everybody at 100 %', () => {
    fc.assert(
      fc.property(unit, (key) => {
        const bucket = unitBucket('salt', key);
        expect([isCandidates(bucket, 0), isCandidates(bucket, 100)]).toEqual([false, true]);
      }),
    );
  });

  test.each([0.5, 5, 25, 50])('%d %% of 100,000 users, and independent of another salt', (percent) => {
    let [first, both] = [0, 0];
    for (let i = 0; i < 100_000; i += 1) {
      const a = isCandidates(unitBucket('rollout-a', `user-${i}`), percent);
      const b = isCandidates(unitBucket('rollout-b', `user-${i}`), percent);
      first += a ? 1 : 0;
      both += a && b ? 1 : 0;
    }
    const share = percent / 100;
    // Five standard errors.
    expect(Math.abs(first / 1e5 - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / 1e5));
    expect(Math.abs(both / 1e5 - share ** 2)).toBeLessThan(5 * Math.sqrt(share ** 2 / 1e5));
  });
});
