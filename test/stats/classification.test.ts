import { describe, expect, test } from '@jest/globals';
import { summariseClassification } from '../../src/stats/classification.js';
import { expectOracle, oracleCases } from './oracles.js';

interface MulticlassInput {
  yTrue: (string | number)[];
  proba: number[][];
  classes: (string | number)[];
}

/** The class with the highest score, as scikit-learn's `predict`. */
const winner = (row: number[], classes: (string | number)[]) => String(classes[row.indexOf(Math.max(...row))]);

describe('multi-class quality agrees with scikit-learn', () => {
  const cases = oracleCases('classification').filter((c) => c.options['task'] === 'multiclass');
  test.each(cases)('$name', (testCase) => {
    const { yTrue, proba, classes } = testCase.input as unknown as MulticlassInput;
    const predicted = proba.map((row) => winner(row, classes));
    const got = summariseClassification(yTrue.map(String), predicted);
    expectOracle(testCase, 'accuracy', got.accuracy);
    expectOracle(testCase, 'precision_macro', got.precision);
    expectOracle(testCase, 'recall_macro', got.recall);
    expectOracle(testCase, 'f1_macro', got.f1);
  });
});

test.each([
  [[], []],
  [['a'], []],
  [['a'], ['a', 'b']],
])('%j against %j is refused', (truth, predicted) => {
  expect(() => summariseClassification(truth, predicted)).toThrow(RangeError);
});
