import { type Averages, qualityOfMatrix } from './class-counts.js';
import { confusionMatrix, type Label } from './confusion.js';

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
  const { rows, accuracy, macro, micro, weighted } = qualityOfMatrix(matrix.counts);
  return { rows, accuracy, macro, micro, weighted, classes: matrix.classes, confusion: matrix.counts };
}
