import { describe, expect, test } from '@jest/globals';
import { modelMonitor } from '../../../src/domain/spec/monitors/model.js';
import { evaluateModel, type ModelRows } from '../../../src/monitors/model/evaluate.js';
import { seededRandom } from '../../../src/stats/sample/random.js';
import { toJsonDocument } from '../../../src/stores/json-document.js';
import { AT, FOUND } from '../windows/found.js';

interface World {
  /** Chance that a prediction is right, by class. */
  readonly right: Readonly<Record<string, number>>;
  readonly score?: number | null;
  readonly rows?: number;
}

const WELL: World = { right: { cat: 0.95, dog: 0.95 } };

function draw({ right, score = 0.8, rows = 1000 }: World, random: () => number) {
  const names = Object.keys(right);
  return Array.from({ length: rows }, () => {
    const truth = names[Math.floor(random() * names.length)] ?? '';
    const predicted = random() < (right[truth] ?? 0) ? truth : (names.find((name) => name !== truth) ?? '');
    const given = score === null ? null : Math.min(1, score + random() * 0.2);
    return { at: AT, truth, predicted, label: predicted, score: given, features: { x: random(), kind: truth } };
  });
}

function rowsOf(before: World, now: World): ModelRows {
  const random = seededRandom(11);
  const pair = { reference: draw(before, random), current: draw(now, random) };
  return { outputs: pair, outcomes: pair, inputs: pair, predictedMeanwhile: 4000 };
}

const run = (rows: ModelRows, over: object = {}, isOwnPast = true) =>
  evaluateModel(modelMonitor.parse({ kind: 'model', ...over }), { ...FOUND, isOwnPast }, rows, {
    service: 's',
    monitor: 'model',
    at: AT,
  }).reading;
const keys = ({ findings }: ReturnType<typeof run>) => findings.map(({ key }) => key);

test('nothing has changed: pass, with the numbers', () => {
  const reading = run(rowsOf(WELL, WELL));
  expect(reading).toMatchObject({ verdict: 'pass', findings: [], kind: 'model' });
  expect(reading.reason).toMatch(/^v1 answers as in the reference: accuracy 0\.9\d*, precision 0\.9\d*, recall/);
  expect(reading.values).toContainEqual(
    expect.objectContaining({ metric: 'labelled_share', value: 0.25, samples: 4000 }),
  );
  const accuracy = reading.values.find(({ metric }) => metric === 'accuracy');
  const right = rowsOf(WELL, WELL).outcomes.current.filter(({ truth, predicted }) => truth === predicted).length;
  expect(accuracy).toMatchObject({ value: right / 1000, samples: 1000, version: 'v1' });
});

test('a fall of the accuracy is critical and the version’s; the class that it comes from is named', () => {
  const reading = run(rowsOf(WELL, { right: { cat: 0.95, dog: 0.6 } }));
  expect(reading.verdict).toBe('fail');
  expect(reading.findings[0]).toMatchObject({ key: 'model:accuracy', severity: 'critical', cause: 'version' });
  expect(reading.findings[0]?.message).toMatch(
    /^accuracy of v1 fell from 9\d\.\d+ % of 1000 .* to 7\d\.\d+ % of 1000$/,
  );
  expect(keys(reading)).toEqual(expect.arrayContaining(['model:concept', 'model:recall:dog', 'model:precision:cat']));
  expect(keys(reading)).not.toContain('model:recall:cat');
});

test('a fall that does not matter is none, however certain', () => {
  const [before, now] = [
    { right: { cat: 0.999 }, rows: 10_000 },
    { right: { cat: 0.989 }, rows: 10_000 },
  ];
  expect(keys(run(rowsOf(before, now), { checks: ['quality'], window: 10_000 }))).toEqual([]);
});

test.each([
  ['accuracy', 'fail'],
  ['f1', 'fail'],
] as const)('below the limit of %s, with or without a reference', (metric, verdict) => {
  const rows = rowsOf({ ...WELL, rows: 0 }, { right: { cat: 0.7, dog: 0.7 } });
  const reading = run(rows, { quality: { min: { [metric]: 0.9 } } });
  expect(reading).toMatchObject({ verdict });
  expect(reading.findings).toMatchObject([{ key: `model:${metric}:min`, limit: 0.9 }]);
});

test('less sure than it was', () => {
  const reading = run(rowsOf(WELL, { ...WELL, score: 0.35 }));
  expect(keys(reading)).toEqual(['model:confidence', 'model:low-confidence']);
  expect(reading).toMatchObject({ verdict: 'pass' });
  expect(keys(run(rowsOf({ ...WELL, score: 0.35 }, WELL)))).toEqual([]);
});

describe('scores that are none', () => {
  const scoresOf = (scores: (i: number) => number) =>
    draw(WELL, seededRandom(3)).map((row, i) => ({ ...row, score: scores(i) }));
  const confidence = (before: (i: number) => number, now: (i: number) => number) => {
    const outputs = { reference: scoresOf(before), current: scoresOf(now) };
    return run({ ...rowsOf(WELL, WELL), outputs }, { checks: ['confidence'] });
  };
  const around = (middle: number) => (i: number) => middle + (i % 10) / 100;
  const broken =
    (score: number, usual: (i: number) => number, count = 1) =>
    (i: number) =>
      i < count ? score : usual(i);
  const mean = ({ values }: ReturnType<typeof run>) => values.find(({ metric }) => metric === 'confidence_mean')?.value;

  test.each<[string, (i: number) => number, (i: number) => number]>([
    ['1000 in the window', around(0.85), broken(1000, around(0.65))],
    ['-1000 in the reference', broken(-1000, around(0.85)), around(0.65)],
    ['the largest numbers in the window', around(0.85), broken(1.7e308, around(0.65), 2)],
    ['the largest negative ones in the reference', broken(-1.7e308, around(0.85), 2), around(0.65)],
  ])('%s: a fall is seen all the same, and what is told is what scores are', (_, before, now) => {
    const reading = confidence(before, now);
    expect(keys(reading)).toEqual(['model:confidence']);
    expect(mean(reading)).toBeCloseTo(0.695, 2);
    expect(JSON.parse(toJsonDocument(reading))).toEqual(reading);
  });

  test('and no fall is made of them', () => {
    expect(keys(confidence(broken(1000, around(0.85)), broken(-1000, around(0.85))))).toEqual([]);
  });

  test('a fall of a fifth of the scores is one', () => {
    const reading = confidence(around(0.85), (i) => (i % 5 === 0 ? 0.55 : around(0.85)(i)));
    expect(keys(reading)).toEqual(['model:confidence']);
  });

  test('too many of them to be told from scores: a number all the same, or none, and kept', () => {
    for (const score of [1000, 1.7e308, -1.7e308]) {
      const reading = confidence(around(0.85), broken(score, around(0.65), 400));
      expect(Number.isFinite(mean(reading))).toBe(true);
      expect(JSON.parse(toJsonDocument(reading))).toEqual(reading);
    }
  });
});

test('a class with a long name is cut between characters', () => {
  const page = `${'x'.repeat(79)}\u{1F600}${'y'.repeat(50)}`;
  const reading = run(rowsOf({ right: { cat: 0.95, [page]: 0.95 } }, { right: { cat: 0.95, [page]: 0.5 } }));
  const long = reading.findings.filter(({ subject }) => subject?.startsWith('xx'));
  expect(long.map(({ key }) => key)).toContain(`model:recall:${'x'.repeat(79)}…`);
  for (const { key, subject } of long) expect([key.isWellFormed(), subject?.isWellFormed()]).toEqual([true, true]);
});

test('other labels, because the world has others', () => {
  const [before, now] = [{ right: { cat: 0.95, dog: 0.95, cow: 0.95 } }, { right: { cat: 0.95, dog: 0.95 } }];
  const reading = run(rowsOf(before, now), { checks: ['output'] });
  expect(reading.findings).toMatchObject([
    { key: 'model:predicted-labels', cause: 'environment' },
    { key: 'model:true-labels', cause: 'environment' },
  ]);
});

describe('answers that are numbers of many kinds', () => {
  const random = seededRandom(5);
  const labels = (labelOf: (number: number, i: number) => string) =>
    draw(WELL, random).map((row, i) => ({ ...row, label: labelOf(random(), i) }));
  const output = (before: (number: number, i: number) => string, now: typeof before) =>
    run(
      { ...rowsOf(WELL, WELL), outputs: { reference: labels(before), current: labels(now) } },
      { checks: ['output'] },
    );
  const usual = (number: number) => String(number);
  const sometimes = (every: number, word: string, labelOf: typeof usual) => (number: number, i: number) =>
    i % every === 0 ? word : labelOf(number);
  const larger = (number: number) => String(number + 0.5);

  test.each([
    ['larger ones', usual, larger],
    ['larger ones, and one NaN in the window', usual, sometimes(1000, 'NaN', larger)],
    ['larger ones, and one NaN in the reference', sometimes(1000, 'NaN', usual), larger],
    ['the same, but each fifth is NaN', usual, sometimes(5, 'NaN', usual)],
    ['all are NaN', usual, () => 'NaN'],
    ['all were NaN', () => 'NaN', usual],
  ])('%s: seen', (_, before, now) => {
    expect(keys(output(before, now))).toEqual(['model:predicted-labels']);
  });

  test.each([
    ['the same', usual, usual],
    ['the same with one NaN', usual, sometimes(1000, 'NaN', usual)],
    ['each fifth is NaN, as before', sometimes(5, 'NaN', usual), sometimes(5, 'NaN', usual)],
  ])('%s: no finding', (_, before, now) => {
    expect(keys(output(before, now))).toEqual([]);
  });
});

test('concept drift against its own past is the world’s, against the baseline of the same time the version’s', () => {
  const rows = rowsOf(WELL, { right: { cat: 0.95, dog: 0.6 } });
  for (const isOwnPast of [true, false]) {
    const found = run(rows, { checks: ['concept'] }, isOwnPast);
    expect(found).toMatchObject({
      verdict: 'fail',
      findings: [{ key: 'model:concept', cause: isOwnPast ? 'environment' : 'version' }],
    });
  }
});

describe('what can’t be measured is inconclusive', () => {
  const full = rowsOf(WELL, WELL);
  const empty = { reference: [], current: [] };
  test.each([
    ['no label in the window', { ...full, outcomes: { ...full.outcomes, current: [] } }, '0 labelled predictions'],
    [
      'few labels',
      { ...full, outcomes: { ...full.outcomes, current: full.outcomes.current.slice(0, 99) } },
      '99 labelled',
    ],
    ['no score', rowsOf(WELL, { ...WELL, score: null }), 'the window has 0 predictions with a score'],
    ['no features', { ...full, inputs: empty }, 'the reference has 0 samples of features with a label'],
    ['nothing', { outputs: empty, outcomes: empty, inputs: empty, predictedMeanwhile: 0 }, 'the reference has 0'],
  ])('%s', (_, rows, why) => {
    const reading = run(rows);
    expect(reading).toMatchObject({ verdict: 'inconclusive', findings: [] });
    expect(reading.reason).toContain(why);
  });
  test('unless nobody asked for it', () => {
    expect(run({ ...full, outcomes: empty, inputs: empty }, { checks: ['confidence', 'output'] }).verdict).toBe('pass');
  });
});
