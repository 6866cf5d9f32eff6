import { describe, expect, test } from '@jest/globals';
import {
  conceptDrift,
  datasetDrift,
  type Random,
  regionsOf,
  type Scored,
  seededRandom,
} from '../../src/stats/index.js';

/** Two features in 0..1; a model that errs more often where the first is large. */
function scored(rows: number, random: Random, shift: number, errorRate: (a: number, b: number) => number): Scored {
  const [a, b, errors]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < rows; i += 1) {
    const x = random() ** (1 / (1 + shift));
    const y = random();
    a.push(x);
    b.push(y);
    errors.push(random() < errorRate(x, y) ? 1 : 0);
  }
  return { features: [a, b], errors };
}

const usual = (a: number) => 0.02 + 0.2 * a;

describe('concept and covariate drift are told apart', () => {
  const random = seededRandom(42);
  const reference = scored(6000, random, 0, usual);

  test('nothing has changed', () => {
    expect(conceptDrift(reference, scored(6000, random, 0, usual)).kind).toBe('none');
  });

  test('traffic has moved to harder inputs: errors rise, the concept has not changed', () => {
    // Regions are boxes; within a box the moved traffic is a little harder too, so that the boxes have to be small.
    const drift = conceptDrift(reference, scored(6000, random, 0.6, usual), 0.01, regionsOf(reference.features, 6));
    expect(drift).toMatchObject({ kind: 'covariate' });
    expect(drift.fromInputs).toBeGreaterThan(3 * Math.abs(drift.fromConcept));
  });

  test('the same inputs are answered worse in one corner', () => {
    const drift = conceptDrift(
      reference,
      scored(6000, random, 0, (a, b) => (a > 0.5 && b > 0.5 ? 0.35 : usual(a))),
    );
    expect(drift).toMatchObject({ kind: 'concept' });
    expect(drift.fromConcept).toBeGreaterThan(5 * Math.abs(drift.fromInputs));
    const worst = drift.regions.toSorted((p, q) => (q.currentError ?? 0) - (p.currentError ?? 0))[0];
    expect((worst?.currentError ?? 0) - (worst?.referenceError ?? 0)).toBeGreaterThan(0.1);
  });

  test('better here and worse there is a change, though the mean error is not', () => {
    const drift = conceptDrift(
      reference,
      scored(6000, random, 0, (a) => 0.22 - 0.2 * a),
    );
    expect(drift.kind).toBe('concept');
    expect(Math.abs(drift.change)).toBeLessThan(0.02);
  });

  test('the parts add up to the change', () => {
    const drift = conceptDrift(
      reference,
      scored(3000, random, 1, (a) => 0.1 + 0.3 * a),
    );
    expect(drift.kind).toBe('both');
    expect(drift.fromInputs + drift.fromConcept).toBeCloseTo(drift.change, 12);
  });

  test('residuals of a regression serve as well', () => {
    const rows = Array.from({ length: 2000 }, random);
    const noise = rows.map(() => random() - 0.5);
    const drift = conceptDrift(
      { features: [rows], errors: noise },
      { features: [rows], errors: noise.map((e, i) => e + 0.4 * (rows[i] as number)) },
    );
    expect(drift).toMatchObject({ kind: 'concept' });
    expect(drift.residualP).toBeLessThan(1e-6);
  });
});

test('regions hold enough reference rows each, and take any new row', () => {
  const random = seededRandom(1);
  const features = [Array.from({ length: 1000 }, random), Array.from({ length: 1000 }, () => 5)];
  const regions = regionsOf(features, 4, 50);
  const counts = Array.from({ length: regions.count }, () => 0);
  for (const region of regions.assign(features)) counts[region] = (counts[region] as number) + 1;
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(50);
  expect(
    regions.assign([
      [-1e9, 1e9],
      [0, 0],
    ]),
  ).toHaveLength(2);
  expect(() => regions.assign([[1]])).toThrow('1 features; the regions were made from 2');
});

describe('data-set drift', () => {
  const random = seededRandom(8);
  const column = (shift: number) =>
    ({
      type: 'numeric',
      reference: Array.from({ length: 400 }, random),
      current: Array.from({ length: 400 }, () => random() + shift),
    }) as const;

  test('is the share of drifted features against the limit', () => {
    const columns = { a: column(0), b: column(0.5), c: column(0), d: column(0.5) };
    expect(datasetDrift(columns)).toMatchObject({ driftedCount: 2, driftShare: 0.5, drifted: true });
    expect(datasetDrift(columns, { driftShare: 0.6 }).drifted).toBe(false);
  });
  test('takes the method and threshold asked for', () => {
    const plan = { methods: { a: { method: 'psi', threshold: 99 } } } as const;
    expect(datasetDrift({ a: column(0.5) }, plan).columns.a).toMatchObject({ method: 'psi', drifted: false });
  });
  test('of no features is refused', () => {
    expect(() => datasetDrift({})).toThrow('no features');
  });
});
