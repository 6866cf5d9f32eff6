import { describe, expect, test } from '@jest/globals';
import type { FeatureValue } from '../../../src/domain/observation.js';
import { featureMonitor } from '../../../src/domain/spec/monitors/features.js';
import { evaluateFeatures } from '../../../src/monitors/features/evaluate.js';
import { plotOf, plotsOf } from '../../../src/monitors/features/plot-data.js';
import { seededRandom } from '../../../src/stats/sample/random.js';
import { AT, FOUND } from '../windows/found.js';

type Row = Record<string, FeatureValue>;
/** Rows of both windows from one stream of random numbers. */
function windows(before: (random: () => number) => Row, after = before, rows = 500) {
  const random = seededRandom(7);
  const draw = (make: typeof before) => Array.from({ length: rows }, () => ({ at: AT, features: make(random) }));
  return { reference: draw(before), current: draw(after) };
}
const run = (rows: ReturnType<typeof windows>, over: object = {}) =>
  evaluateFeatures(featureMonitor.parse({ kind: 'features', ...over }), FOUND, rows, {
    service: 's',
    monitor: 'inputs',
    at: AT,
  }).reading;
const steady = (random: () => number): Row => ({
  age: Math.round(random() * 60),
  income: random() ** 2,
  country: random() < 0.7 ? 'de' : 'fr',
  flag: random() < 0.5 ? 0 : 1,
});

test('nothing has changed: pass, with every feature measured', () => {
  const reading = run(windows(steady));
  expect(reading).toMatchObject({ verdict: 'pass', findings: [] });
  expect(reading.reason).toBe('none of 4 features of v1 has drifted, over 500 requests');
  const metrics = new Set(reading.values.map(({ metric }) => metric));
  expect(metrics).toEqual(
    new Set(['drift_share', 'drift_distance', 'missing_share', 'outside_share', 'new_category_share']),
  );
});

test('the features that drift most come first; the environment is to blame', () => {
  const reading = run(windows(steady, (random) => ({ ...steady(random), age: 40 + random() * 40, income: random() })));
  expect(reading).toMatchObject({ verdict: 'fail' });
  expect(reading.findings[0]).toMatchObject({ key: 'features:dataset', cause: 'environment', value: 0.5 });
  expect(reading.details?.ranked).toMatchObject([
    { feature: 'age', drifted: true, method: 'ks' },
    { feature: 'income', drifted: true },
    { drifted: false },
    { drifted: false },
  ]);
  expect(reading.details?.plots).toHaveLength(4);
});

test.each([
  ['missing', { age: null }, 'features:missing:age'],
  ['no number where numbers were', { age: 'old' }, 'features:missing:age'],
  ['out of range', { age: 1000 }, 'features:outside:age'],
  ['a new category', { country: 'xx' }, 'features:new-categories:country'],
] as const)('%s, in one of twenty requests', (_, bad, key) => {
  const reading = run(windows(steady, (random) => ({ ...steady(random), ...(random() < 0.05 ? bad : {}) })));
  expect(reading.verdict).toBe('pass');
  expect(reading.findings.map((finding) => finding.key)).toContain(key);
});

test('a feature that is gone altogether is missing; one that is new is said to be', () => {
  const { age: _, ...rest } = steady(() => 0.5);
  const reading = run(windows(steady, () => ({ ...rest, height: 1.8 })));
  const keys = reading.findings.map(({ key }) => key);
  expect(keys).toEqual(expect.arrayContaining(['features:missing:age', 'features:unknown']));
});

test('one that the spec names and no request has is a gap, not a pass', () => {
  const reading = run(windows(steady), { features: { agee: { type: 'numeric' } } });
  expect(reading).toMatchObject({
    verdict: 'inconclusive',
    reason: "can't be measured: the reference has no feature agee, which the spec names",
  });
});

test('a range that is given counts in both windows', () => {
  const rows = windows(steady);
  expect(run(rows, { features: { age: { range: [0, 30] } } }).findings).toEqual([]);
  const worse = windows(steady, (random) => ({ ...steady(random), age: random() < 0.7 ? 31 : 10 }));
  const keys = run(worse, { features: { age: { range: [0, 30] } } }).findings.map(({ key }) => key);
  expect(keys).toContain('features:outside:age');
});

describe('by feature', () => {
  const rows = windows(steady, (random) => ({ ...steady(random), age: 40 + random() * 40 }));
  test('ignored', () => {
    expect(run(rows, { features: { age: { ignore: true } } }).findings).toEqual([]);
  });
  test('critical', () => {
    expect(run(rows, { features: { age: { severity: 'critical' } } })).toMatchObject({ verdict: 'fail' });
  });
  test.each(['ks', 'wasserstein', 'psi', 'jensenshannon'] as const)('%s', (method) => {
    const { findings, details } = run(rows, { features: { age: { method } } });
    expect(findings.map(({ key }) => key)).toContain('features:drift:age');
    expect(details?.ranked).toMatchObject([{ feature: 'age', method }, {}, {}, {}]);
  });
  test('a threshold that is not reached', () => {
    const { findings } = run(rows, { features: { age: { method: 'wasserstein', threshold: 50 } } });
    expect(findings.map(({ key }) => key)).not.toContain('features:drift:age');
  });
});

test('distances of a large reference: what chance explains is no drift, however far it looks', () => {
  // A PSI over 0.1 between 1,500 and 100 rows of a hundred categories is nothing unusual.
  const many = (random: () => number): Row => ({ city: `c${Math.floor(random() * 60)}` });
  const { reference, current } = windows(many, many, 1500);
  const reading = run({ reference, current: current.slice(0, 100) }, { categorical: { method: 'psi' } });
  const [city] = (reading.details?.ranked ?? []) as [{ method: string; score: number }];
  expect(city.method).toBe('psi');
  expect(city.score).toBeGreaterThan(0.1);
  expect(reading).toMatchObject({ verdict: 'pass', findings: [] });
});

test.each([
  [
    'too few in the window',
    windows(steady).reference,
    windows(steady).current.slice(0, 99),
    'the window has 99 samples',
  ],
  ['too few in the reference', windows(steady).reference.slice(0, 99), windows(steady).current, 'the reference has 99'],
  ['nothing at all', [], [], 'the reference has 0 samples'],
  ['no features', windows(() => ({})).reference, windows(() => ({})).current, 'the reference has no feature'],
  ['one value', windows(() => ({ x: 1 })).reference, windows(() => ({ x: 1 })).current, 'no feature has two values'],
])('%s: inconclusive', (_, reference, current, why) => {
  const reading = run({ reference: [...reference], current: [...current] });
  expect(reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
  expect(reading.reason).toContain(why);
});

describe('one odd request in the reference', () => {
  const shifted = (random: () => number) => ({ ...steady(random), income: 1 + random() });
  const odd = (income: FeatureValue, rows = 500) => {
    const { reference, current } = windows(steady, shifted, rows);
    return { reference: [{ at: AT, features: { ...steady(() => 0.5), income } }, ...reference.slice(1)], current };
  };

  test.each(['n/a', '42'])('%s makes no categories of numbers, and is a missing one', (text) => {
    const reading = run(odd(text));
    expect(reading.findings.map(({ key }) => key)).toContain('features:drift:income');
    expect(reading.details?.ranked).toContainEqual(expect.objectContaining({ feature: 'income', type: 'numeric' }));
    const quiet = odd(text);
    expect(run({ ...quiet, current: quiet.reference }).findings).toEqual([]);
  });

  test('nor does a number make numbers of texts: it is one more category', () => {
    const { reference, current } = windows(steady, (random) => ({
      ...steady(random),
      country: random() < 0.1 ? 'de' : 'fr',
    }));
    const first = { at: AT, features: { ...steady(() => 0.5), country: 7 } };
    const { details, findings } = run({ reference: [first, ...reference.slice(1)], current });
    expect(details?.ranked).toContainEqual(expect.objectContaining({ feature: 'country', type: 'categorical' }));
    expect(findings.map(({ key }) => key)).toContain('features:drift:country');
  });

  test('a number out of all proportion hides no shift from a distance, and the message says what was judged', () => {
    const { findings } = run(odd(1e6, 1500));
    expect(findings.find(({ key }) => key === 'features:drift:income')).toMatchObject({
      message: expect.stringMatching(
        /^income has another .* \(wasserstein 0.0\d+, limit 0.1; distribution functions 0.99\d* apart, limit 0.197413, p /,
      ),
      value: expect.closeTo(0.999, 2),
      limit: expect.closeTo(0.197, 3),
    });
  });
});

test('a plot of the largest numbers has edges, and each value is between its own', () => {
  const many = Array.from({ length: 30 }, (_, i) => (i - 15) * 1e307);
  const values = [-1.7e308, ...many, 1.7e308];
  const plot = plotOf({ name: 'x', type: 'numeric', reference: values, current: [0, ...many] }, true);
  expect(plotsOf({ details: { plots: [plot] } })).toEqual([plot]);
  const edges = plot?.edges ?? [];
  expect([edges[0], edges.at(-1)]).toEqual([-1.7e308, 1.7e308]);
  const inBin = (bin: number) =>
    values.filter((v) => v >= (edges[bin] ?? 0) && (v < (edges[bin + 1] ?? 0) || bin === edges.length - 2)).length;
  expect(plot?.reference).toEqual(plot?.reference.map((_, bin) => inBin(bin) / values.length));
});

test('names of features are what requests say, and are no more than names', () => {
  const odd = (random: () => number): Row => ({ constructor: random(), __proto__x: random(), '<b>': random() });
  const reading = run(windows(odd, (random) => ({ ...odd(random), constructor: 5 + random() })));
  expect(reading.findings.map(({ key }) => key)).toContain('features:drift:constructor');
});

test('thousands of names that requests make up crowd out nothing, and take no time', () => {
  let serial = 0;
  const flooded = (random: () => number): Row => ({
    ...steady(random),
    ...Object.fromEntries(Array.from({ length: 60 }, () => [`a${(serial += 1)}`, 1])),
  });
  const reading = run(windows(flooded, (random) => ({ ...flooded(random), age: 100 })));
  expect(reading.findings.map(({ key }) => key)).toContain('features:drift:age');
  expect(reading.details?.features).toMatchObject({ leftOut: 30_004 - 500 });
  expect(reading.values.length).toBeLessThanOrEqual(2000);
});

test.each([
  ['minRows above window', { minRows: 500, window: 200 }],
  ['a number that is no share', { missing: 2 }],
  ['ks of categories', { features: { a: { type: 'categorical', method: 'ks' } } }],
  ['the baseline against itself', { reference: { from: 'baseline' } }],
  ['a stretch that ends before it begins', { reference: { from: 'stretch', since: AT, until: FOUND.reference.since } }],
  ['an unknown key', { windw: 3 }],
])('refused: %s', (_, over) => {
  expect(featureMonitor.safeParse({ kind: 'features', ...over }).success).toBe(false);
});
