import { describe, expect, test } from '@jest/globals';
import { validation } from '../../src/domain/spec/validation/index.js';
import { type CheckResult, checkName, evidenceOf, suiteVerdict } from '../../src/domain/validation.js';
import type { Verdict } from '../../src/domain/verdict.js';

const nameOf = (check: object) => checkName(validation.parse({ dataset: 'a.csv', checks: [check] }).checks[0]!);

describe('what a check is called', () => {
  const change = { age: { add: 1 }, city: { set: 2 } };
  test.each<[object, string]>([
    [{ metric: 'accuracy', min: 0.9 }, 'accuracy'],
    [{ metric: 'accuracy', min: 0.9, name: 'good enough' }, 'good enough'],
    [{ metric: 'f1', min: 0.9, average: 'micro' }, 'f1 micro'],
    [{ metric: 'f1', min: 0.9, average: 'micro', by: 'city' }, 'f1 micro by city'],
    [{ metric: 'agreement', min: 0.9, by: 'label' }, 'agreement by label'],
    [{ metric: 'accuracy_gap', max: 0.1, by: 'sex' }, 'accuracy_gap by sex'],
    [{ metric: 'prediction_drift', method: 'psi', max: 0.1 }, 'prediction_drift psi'],
    [{ metric: 'prediction_drift', method: 'ks', of: 'score', max: 0.1 }, 'prediction_drift ks score'],
    [{ metric: 'robustness', change: 'noise', min: 0.9 }, 'robustness noise'],
    [{ metric: 'invariance', change }, 'invariance age city'],
    [{ metric: 'directional', change, expect: 'increase' }, 'directional age city'],
    [{ metric: 'custom', name: 'mine', module: 'a.js' }, 'mine'],
  ])('%j: %s', (check, name) => {
    expect(nameOf(check)).toBe(name);
  });
});

test.each<[string, [CheckResult['severity'], Verdict][], Verdict]>([
  ['no check is no pass', [], 'inconclusive'],
  [
    'all pass',
    [
      ['critical', 'pass'],
      ['critical', 'pass'],
    ],
    'pass',
  ],
  [
    'one fails',
    [
      ['critical', 'inconclusive'],
      ['critical', 'fail'],
    ],
    'fail',
  ],
  [
    'one can’t say',
    [
      ['critical', 'pass'],
      ['critical', 'inconclusive'],
    ],
    'inconclusive',
  ],
  [
    'warnings stop nothing',
    [
      ['critical', 'pass'],
      ['warning', 'fail'],
      ['warning', 'inconclusive'],
    ],
    'pass',
  ],
])('of a suite: %s', (_, checks, verdict) => {
  expect(suiteVerdict(checks.map(([severity, one]) => ({ severity, verdict: one })))).toBe(verdict);
});

describe('a check as a rollout shows it', () => {
  const check: CheckResult = {
    name: 'good enough',
    metric: 'accuracy',
    severity: 'critical',
    verdict: 'fail',
    reason: '0.8 is below 0.9',
    candidate: { samples: 100, value: 0.75 },
    baseline: { samples: 50, value: 0.5 },
    limits: { min: 0.9, margin: 0.01, noWorseThan: 'baseline' },
    better: 'higher',
  };
  const shown = {
    metric: 'accuracy',
    verdict: 'fail',
    reason: '0.8 is below 0.9',
    candidate: check.candidate,
    baseline: check.baseline,
    difference: 0.25,
    bound: 0.75,
    margin: 0.01,
    rule: 'threshold',
    alpha: 0,
    dryRun: false,
  };

  test('is evidence without an error to keep', () => {
    expect(evidenceOf(check)).toEqual(shown);
  });

  test('is on a dry run where it is a warning, and names the slice that decided', () => {
    expect(evidenceOf({ ...check, severity: 'warning', slice: 'city=Ulm', limits: {} })).toEqual({
      ...shown,
      margin: 0,
      dryRun: true,
      segment: 'city=Ulm',
    });
    expect(evidenceOf(check)).not.toHaveProperty('segment');
  });

  test('has no difference where one of the two has no value', () => {
    const none = { samples: 0, value: null };
    expect(evidenceOf({ ...check, baseline: none })).toEqual({ ...shown, baseline: none, difference: null });
    expect(evidenceOf({ ...check, candidate: none })).toEqual({
      ...shown,
      candidate: none,
      difference: null,
      bound: null,
    });
  });
});
