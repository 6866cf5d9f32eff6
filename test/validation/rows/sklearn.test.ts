import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ValidationCheck } from '../../../src/domain/spec/validation/index.js';
import type { CheckResult } from '../../../src/domain/validation.js';
import { type Answered, answered, FIXTURES, judge } from './answered.js';

type Values = Readonly<Record<string, number | null>>;
type Arm = 'candidate' | 'baseline';
type Expected = Readonly<Record<Arm, Readonly<Record<string, Values>> & { readonly confusion: number[][] }>> & {
  readonly rows: number;
  readonly classes: string[];
  readonly agreement: number;
  readonly drift: Values;
  readonly fairness: Values;
};

/** What scikit-learn, fairlearn and scipy say; made by sklearn-oracle.py, versions in `producer`. */
const EXPECTED = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as Record<string, Expected>;

function near(got: number | null | undefined, want: number | null, what: string): void {
  if (want === null || got === null || got === undefined) expect({ what, got }).toEqual({ what, got: want });
  else if (Math.abs(got - want) > 1e-9 * Math.max(1, Math.abs(want)))
    throw new Error(`${what} is ${got}, expected ${want} (off by ${got - want})`);
}

/** `name average` or `name k`: a check that asks for just that, and compares with the baseline, so that both are measured. */
function checkOf(key: string, by: string | undefined): ValidationCheck {
  const [metric, more] = key.split(' ') as [string, string | undefined];
  const option = more === undefined ? {} : /^\d/.test(more) ? { k: Number(more) } : { average: more };
  const slices = by === undefined ? {} : { by, minRows: 1 };
  return { metric, name: `${key} ${by ?? ''}`, noWorseThan: 'baseline', ...option, ...slices } as ValidationCheck;
}

function compare(results: readonly CheckResult[], keys: readonly string[], expected: Expected): void {
  for (const [i, key] of keys.entries()) {
    const result = results[i] as CheckResult;
    if (result.slices === undefined) {
      near(result.candidate.value, expected.candidate['']?.[key] ?? null, `candidate ${key}`);
      near(result.baseline.value, expected.baseline['']?.[key] ?? null, `baseline ${key}`);
    } else {
      expect(result.slices.map(({ slice }) => slice).sort()).toEqual(
        Object.keys(expected.candidate)
          .filter((group) => group !== '' && group !== 'confusion')
          .sort(),
      );
      for (const { slice, candidate, baseline } of result.slices) {
        near(candidate, expected.candidate[slice]?.[key] ?? null, `candidate ${key} of ${slice}`);
        near(baseline, expected.baseline[slice]?.[key] ?? null, `baseline ${key} of ${slice}`);
      }
    }
  }
}

describe.each([
  { name: 'digits', source: 'examples/data/digits-holdout.csv' },
  { name: 'breast-cancer', source: 'test/validation/rows/fixtures/breast-cancer-holdout.csv' },
  { name: 'diabetes', source: 'test/validation/rows/fixtures/diabetes-holdout.csv' },
])('$name, as scikit-learn sees it', ({ name, source }) => {
  const expected = EXPECTED[name] as Expected;
  const keys = Object.keys(expected.candidate[''] ?? {});
  let data: Answered;
  beforeAll(async () => {
    data = await answered(source, name);
  });

  test('every metric of both versions over all rows', () => {
    expect(data.rows).toHaveLength(expected.rows);
    compare(
      judge(
        keys.map((key) => checkOf(key, undefined)),
        data,
      ),
      keys,
      expected,
    );
  });

  test('every metric of both versions by slice', () => {
    compare(
      judge(
        keys.map((key) => checkOf(key, 'group')),
        data,
      ),
      keys,
      expected,
    );
  });
});

describe.each([
  { name: 'digits', source: 'examples/data/digits-holdout.csv' },
  { name: 'breast-cancer', source: 'test/validation/rows/fixtures/breast-cancer-holdout.csv' },
])('$name', ({ name, source }) => {
  const expected = EXPECTED[name] as Expected;
  test('confusion matrix, agreement and drift', async () => {
    const [accuracy, agreement, ks, wasserstein, labels] = judge(
      [
        { metric: 'accuracy', min: 0.5 },
        { metric: 'agreement', min: 0.5 },
        { metric: 'prediction_drift', method: 'ks', of: 'score', max: 1 },
        { metric: 'prediction_drift', method: 'wasserstein', of: 'score', max: 100 },
        { metric: 'prediction_drift', method: 'jensenshannon', of: 'label', max: 1 },
      ],
      await answered(source, name),
    );
    expect(accuracy?.details).toEqual({ classes: expected.classes, confusion: expected.candidate.confusion });
    near(agreement?.candidate.value, expected.agreement, 'agreement');
    near(ks?.candidate.value, expected.drift['ks score'] ?? null, 'ks');
    near(wasserstein?.candidate.value, expected.drift['wasserstein score'] ?? null, 'wasserstein');
    near(labels?.candidate.value, expected.drift['jensenshannon label'] ?? null, 'jensenshannon');
  });
});

test('drift of numbers, as scipy measures it', async () => {
  const data = await answered('test/validation/rows/fixtures/diabetes-holdout.csv', 'diabetes');
  const methods = ['ks', 'wasserstein'] as const;
  const results = judge(
    methods.map((method) => ({ metric: 'prediction_drift', method, max: 100 })),
    data,
  );
  for (const [i, method] of methods.entries())
    near(results[i]?.candidate.value, EXPECTED.diabetes?.drift[method] ?? null, method);
});

test('fairness gaps, as fairlearn measures them', async () => {
  const data = await answered('test/validation/rows/fixtures/breast-cancer-holdout.csv', 'breast-cancer');
  const wanted = EXPECTED['breast-cancer']?.fairness ?? {};
  const results = judge(
    Object.keys(wanted).map((metric) => ({ metric, by: 'texture', max: 1 }) as ValidationCheck),
    data,
  );
  for (const [i, [metric, value]] of Object.entries(wanted).entries()) near(results[i]?.candidate.value, value, metric);
});
