import { expect, test } from '@jest/globals';
import { differenceStandardError, oneSidedHalfwidth, seededRandom } from '../../src/stats/index.js';

test('a harmless candidate is seldom failed, however often one looks', () => {
  const [runs, looks, perLook, alpha, rate] = [400, 100, 20, 0.05, 0.05];
  const next = seededRandom(7);
  let failed = 0;
  for (let run = 0; run < runs; run += 1) {
    let [a, b] = [0, 0];
    for (let look = 1; look <= looks; look += 1) {
      for (let i = 0; i < perLook; i += 1) {
        a += next() < rate ? 1 : 0;
        b += next() < rate ? 1 : 0;
      }
      const n = look * perLook;
      if (n < 40) continue;
      const se = differenceStandardError({ successes: a, trials: n }, { successes: b, trials: n });
      if ((b - a) / n - oneSidedHalfwidth(se, n, alpha, 400) > 0) {
        failed += 1;
        break;
      }
    }
  }
  // 5 % of 400 is 20; three standard errors above it is 33. Naive tests at every look fail about 40 % of them.
  expect(failed).toBeLessThanOrEqual(33);
});
