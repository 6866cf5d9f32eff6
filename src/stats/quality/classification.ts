import { confusionMatrix, type Label } from './confusion.js';

/** Precision, recall and F1 under one way of averaging over classes. */
export interface Averages {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * Quality of a classifier from its labels. A class that was never predicted (or never true) counts 0, as scikit-learn's
 * `zero_division=0` does. Oracle: test/stats/oracles/classification.json (multiclass cases).
 */
export interface ClassificationQuality {
  readonly rows: number;
  readonly accuracy: number;
  /** Every class alike. */
  readonly macro: Averages;
  /** Every row alike: all three equal the accuracy. */
  readonly micro: Averages;
  /** Every class by its number of true rows. */
  readonly weighted: Averages;
  readonly classes: readonly Label[];
  /** Rows are true, columns predicted classes. */
  readonly confusion: number[][];
}

/**
 * @param classes their order in the confusion matrix; default: order of first appearance
 * @throws {RangeError} when the lists are empty or of unequal length
 */
export function classificationQuality(
  truth: readonly Label[],
  predicted: readonly Label[],
  classes?: readonly Label[],
): ClassificationQuality {
  const matrix = confusionMatrix(truth, predicted, classes);
  const { counts } = matrix;
  const perClass = counts.map((row, k) => {
    const hits = row[k] as number;
    const actual = row.reduce((sum, count) => sum + count, 0);
    const guessed = counts.reduce((sum, other) => sum + (other[k] as number), 0);
    return {
      actual,
      precision: guessed === 0 ? 0 : hits / guessed,
      recall: actual === 0 ? 0 : hits / actual,
      f1: actual + guessed === 0 ? 0 : (2 * hits) / (actual + guessed),
    };
  });
  const accuracy = counts.reduce((sum, row, k) => sum + (row[k] as number), 0) / truth.length;
  const average = (weight: (actual: number) => number): Averages => {
    const of = (key: keyof Averages) => perClass.reduce((sum, c) => sum + c[key] * weight(c.actual), 0);
    return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
  };
  return {
    rows: truth.length,
    accuracy,
    macro: average(() => 1 / perClass.length),
    micro: { precision: accuracy, recall: accuracy, f1: accuracy },
    weighted: average((actual) => actual / truth.length),
    classes: matrix.classes,
    confusion: counts,
  };
}
