import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../examples/traffic/random.js';
import { mixtureRho, oneSidedHalfwidth, twoSidedHalfwidth } from '../../src/stats/confidence-sequence.js';
import { differenceStandardError } from '../../src/stats/proportion.js';
import { expectOracle, oracleCases } from './oracles.js';

describe('asymptotic confidence sequences agree with GrowthBook', () => {
  const cases = oracleCases('sequential').filter((c) => c.options['kind'] === 'asymptotic_cs');
  test.each(cases)('$name', (testCase) => {
    const { standardError, nTotal } = testCase.input as { standardError: number; nTotal: number };
    const { alpha, tuning } = testCase.options as { alpha: number; tuning: number };
    expectOracle(testCase, 'rho', mixtureRho(alpha, tuning));
    expectOracle(testCase, 'halfwidth', twoSidedHalfwidth(standardError, nTotal, alpha, tuning));
    expectOracle(testCase, 'halfwidth_one_sided', oneSidedHalfwidth(standardError, nTotal, alpha, tuning));
  });
});

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
