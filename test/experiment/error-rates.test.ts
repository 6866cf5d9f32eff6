import { describe, expect, test } from '@jest/globals';
import type { TrafficForecast } from '../../src/domain/experiment.js';
import type { AbTest } from '../../src/domain/spec/experiment.js';
import { analyseExperiment, type Planned } from '../../src/experiment/analyse.js';
import { planExperiment } from '../../src/experiment/plan.js';
import { seededRandom } from '../../src/stats/index.js';
import {
  after,
  BOUGHT,
  METRICS,
  metricReading,
  momentsReading,
  plan,
  readingOf,
  shareSums,
  shares,
} from './readings.js';

/** Known truths, many times over: what is promised of errors and of power must hold. Everything follows from the seed. */
const LOOKS = 12;

interface Course {
  readonly runs: number;
  readonly perLook: number;
  readonly baseline: number;
  readonly candidate: number;
  readonly seed: number;
}

/** @returns in how many runs any look said each word */
function simulate(
  design: AbTest,
  course: Course,
  planned: Planned | null = null,
): Record<'superior' | 'inferior', number> {
  const random = seededRandom(course.seed);
  const draw = (rate: number) => {
    let count = 0;
    for (let k = 0; k < course.perLook; k += 1) if (random() < rate) count += 1;
    return count;
  };
  const said = { superior: 0, inferior: 0 };
  for (let run = 0; run < course.runs; run += 1) {
    let [a, b] = [0, 0];
    for (let at = 1; at <= LOOKS; at += 1) {
      a += draw(course.baseline);
      b += draw(course.candidate);
      const units = at * course.perLook;
      const integrity = { units: { baseline: units, candidate: units } };
      const reading = readingOf([metricReading('bought', shares([a, units], [b, units]))], integrity, at / 2);
      const { verdict } = analyseExperiment(design, METRICS, reading, after(at / 2), planned);
      if (verdict !== 'superior' && verdict !== 'inferior') continue;
      said[verdict] += 1;
      break;
    }
  }
  return said;
}

describe('of a sequential test at every look', () => {
  test.each([
    ['tuned to 5000', {}],
    ['tuned to a small sample', { tuning: 1000 }],
    ['of a relative effect', { effect: 'relative' }],
  ])('%s, at most alpha of A/A tests end with a difference', (_, given) => {
    const said = simulate(plan(given), { runs: 250, perLook: 200, baseline: 0.1, candidate: 0.1, seed: 1 });
    expect((said.superior + said.inferior) / 250).toBeLessThanOrEqual(0.05);
  });

  test('the promised power is reached within the promised sample', () => {
    const design = plan({ minDetectableEffect: 0.04, maxDuration: '60d' });
    const forecast: TrafficForecast = {
      days: 14,
      unitsByDay: Array.from({ length: 14 }, (_, k) => 500 * (k + 1)),
      primary: momentsReading({ baseline: shareSums(700, 7000), candidate: { units: 0, sums: [0], products: [[0]] } }),
    };
    const planned = planExperiment(design, BOUGHT, forecast);
    const perLook = Math.ceil((planned.neededPerArm as number) / LOOKS);
    const said = simulate(design, { runs: 250, perLook, baseline: 0.1, candidate: 0.14, seed: 2 }, planned);
    // 0.8 promised; three standard errors of 250 runs below it.
    expect(said.superior / 250).toBeGreaterThanOrEqual(0.725);
    expect(said.inferior).toBe(0);
  });
});

test('a fixed horizon errs in alpha of A/A tests, and finds what it was planned for', () => {
  const design = plan({ test: 'fixed', minDetectableEffect: 0.04 });
  const planned = { neededPerArm: 12 * 100, tuning: 5000 };
  const same = simulate(design, { runs: 400, perLook: 100, baseline: 0.1, candidate: 0.1, seed: 3 }, planned);
  // 0.05 promised; three standard errors above it.
  expect((same.superior + same.inferior) / 400).toBeLessThanOrEqual(0.082);
  expect((same.superior + same.inferior) / 400).toBeGreaterThan(0.018);
  const better = simulate(design, { runs: 200, perLook: 100, baseline: 0.1, candidate: 0.14, seed: 4 }, planned);
  expect(better.superior / 200).toBeGreaterThan(0.78);
});

test('over ten secondary metrics, one A/A test in twenty at most names any', () => {
  const names = Array.from({ length: 10 }, (_, k) => `m${k}`);
  const defined = names.map((name) => ({ ...BOUGHT, name }));
  const design = plan({ test: 'fixed', secondary: names });
  const random = seededRandom(5);
  const count = () => {
    let successes = 0;
    for (let k = 0; k < 500; k += 1) if (random() < 0.2) successes += 1;
    return successes;
  };
  let named = 0;
  for (let run = 0; run < 200; run += 1) {
    const reading = readingOf(
      ['bought', ...names].map((name) => metricReading(name, shares([count(), 500], [count(), 500]))),
      { units: { baseline: 500, candidate: 500 } },
      8,
    );
    const { estimates } = analyseExperiment(design, [...METRICS, ...defined], reading, after(8));
    if (estimates.slice(1).some(({ verdict }) => verdict !== 'inconclusive')) named += 1;
  }
  expect(named / 200).toBeLessThanOrEqual(0.096);
});
