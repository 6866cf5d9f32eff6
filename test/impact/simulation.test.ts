import { describe, expect, test } from '@jest/globals';
import type { MetricImpact } from '../../src/domain/impact-report.js';
import { analyseMetric } from '../../src/impact/analyse-metric.js';
import { evidenceOf, RULES, simulate, simulateOffice, units, type World } from './simulated.js';

const RUNS = 200;
const DAYS = { before: 28, rollout: 3, after: 14 };

const runs = (world: Omit<World, 'seed'>, analyse: (simulated: ReturnType<typeof simulate>) => MetricImpact) =>
  Array.from({ length: RUNS }, (_, i) => analyse(simulate({ ...world, seed: 9_001 + 7_919 * i })));
const alone = ({ treated, range }: Pick<ReturnType<typeof simulate>, 'treated' | 'range'>) =>
  analyseMetric(evidenceOf(treated), range, RULES);

/** The chance that a share of 200 is beyond it by luck is below one in a thousand. */
const ceiling = (share: number) => share + 3.1 * Math.sqrt((share * (1 - share)) / RUNS);
const isClaim = ({ verdict }: MetricImpact) => verdict === 'improved' || verdict === 'harmed';
const covers = (truth: number) => (impact: MetricImpact, method: string) => {
  const interval = impact.findings.find((one) => one.method === method)?.mean?.relativeInterval;
  return interval ? interval[0] <= truth && truth <= interval[1] : false;
};

describe('over 200 simulated rollouts with a weekly rhythm and correlated days', () => {
  test('no effect: no more claims than are allowed, and placebos are as they should be', () => {
    const found = runs({ days: DAYS, effect: 0 }, alone);
    const claims = found.filter(isClaim).length;
    const covered = found.filter((one) => covers(0)(one, 'regression')).length;
    expect(claims).toBeLessThanOrEqual(RULES.alpha * RUNS);
    expect(covered / RUNS).toBeGreaterThanOrEqual(1 - ceiling(RULES.alpha));
  });

  test.each([0.05, -0.05])('a change of %p is found, with the right sign and an interval that covers it', (effect) => {
    const found = runs({ days: DAYS, effect }, alone);
    const right = found.filter(({ verdict }) => verdict === (effect > 0 ? 'improved' : 'harmed')).length;
    const wrong = found.filter(({ verdict }) => verdict === (effect > 0 ? 'harmed' : 'improved')).length;
    const covered = found.filter((one) => covers(effect)(one, 'regression')).length;
    expect(wrong).toBe(0);
    expect(right / RUNS).toBeGreaterThan(0.5);
    expect(covered / RUNS).toBeGreaterThanOrEqual(1 - ceiling(RULES.alpha));
  });

  const withoutWeekends = (effect: number) =>
    runs({ days: DAYS, effect }, ({ treated, range }) =>
      alone({ treated: treated.filter(({ bucket }) => ((bucket % 7) + 7) % 7 < 5), range }),
    );
  const inOfficeHours = (effect: number) =>
    Array.from({ length: RUNS }, (_, i) => alone(simulateOffice({ seed: 9_001 + 7_919 * i, effect })));
  test.each([
    ['weekends', withoutWeekends, 0.08],
    ['nights', inOfficeHours, 0.05],
  ])('without %s: no more claims than are allowed, none of them certain, and a change is found', (_, found, effect) => {
    const still = found(0);
    expect(still.filter(isClaim).length / RUNS).toBeLessThanOrEqual(ceiling(RULES.alpha));
    expect(still.filter((one) => covers(0)(one, 'regression')).length / RUNS).toBeGreaterThanOrEqual(
      1 - ceiling(RULES.alpha),
    );
    for (const { findings } of still) {
      const [low, high] = findings[0]?.mean?.interval ?? [0, 0];
      expect(high - low).toBeGreaterThan(1e-4);
    }
    const changed = found(effect);
    expect(changed.filter(({ verdict }) => verdict === 'harmed')).toEqual([]);
    expect(changed.filter(({ verdict }) => verdict === 'improved').length / RUNS).toBeGreaterThan(0.7);
  });

  test('bad weather for everybody is not called harm where units were held back', () => {
    const found = runs({ days: DAYS, effect: 0, weather: -0.08 }, ({ treated, untreated, range, random }) => {
      const readOut = {
        kind: 'moments',
        columns: ['value', 'denominator'],
        arms: { baseline: units(random, 400, 0.092), candidate: units(random, 1_200, 0.092) },
      } as const;
      const groups = { kept: treated, held: untreated };
      return analyseMetric(evidenceOf(treated, { holdback: { value: { readOut, groups } } }), range, RULES);
    });
    expect(found.filter(isClaim).length / RUNS).toBeLessThanOrEqual(ceiling(RULES.alpha));
  });
});
