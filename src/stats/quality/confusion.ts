import { requireEqualLength } from '../sample/sample.js';

/** A class label as it stands in the data. */
export type Label = string | number;

/** Counts (or weights) of a two-class prediction. */
interface BinaryCounts {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

export interface BinaryQuality extends BinaryCounts {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Mean of the recalls of both classes; null where the truth has one class only. */
  readonly balancedAccuracy: number | null;
  /** Matthews correlation in -1..1; 0 where a margin is empty. */
  readonly mcc: number;
}

/** A ratio without a denominator counts 0 (scikit-learn's zero_division=0): a class nobody predicts has earned no precision. */
const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);

/**
 * Quality of yes/no predictions.
 * @param weights of each row, >= 0; default 1
 * @throws {RangeError} for empty or unequal lists, or a truth other than 0 and 1
 */
export function binaryQuality(
  truth: ArrayLike<number>,
  predicted: ArrayLike<boolean | number>,
  weights?: ArrayLike<number>,
): BinaryQuality {
  requireRows(truth, predicted);
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (let i = 0; i < truth.length; i += 1) {
    const actual = truth[i] as number;
    if (actual !== 0 && actual !== 1) throw new RangeError(`truth[${i}] is ${actual}, not 0 or 1`);
    const key = predicted[i] ? (actual ? 'tp' : 'fp') : actual ? 'fn' : 'tn';
    counts[key] += weights ? (weights[i] as number) : 1;
  }
  return qualityOfCounts(counts);
}

/** Source: B. W. Matthews (1975), Biochimica et Biophysica Acta 405:442-451, for the correlation. */
function qualityOfCounts(counts: BinaryCounts): BinaryQuality {
  const { tp, fp, tn, fn } = counts;
  const margins = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  const oneClass = tp + fn === 0 || tn + fp === 0;
  return {
    ...counts,
    accuracy: ratio(tp + tn, tp + fp + tn + fn),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    balancedAccuracy: oneClass ? null : (tp / (tp + fn) + tn / (tn + fp)) / 2,
    mcc: margins === 0 ? 0 : (tp * tn - fp * fn) / margins,
  };
}

/**
 * Counts of (true, predicted) pairs.
 * @param classes their order; default: all labels that occur, in order of first appearance
 * @returns rows are true, columns predicted classes
 * @throws {RangeError} for empty or unequal lists, or a label that is not among `classes`
 */
export function confusionMatrix(
  truth: readonly Label[],
  predicted: readonly Label[],
  classes: readonly Label[] = [...new Set([...truth, ...predicted])],
): { classes: readonly Label[]; counts: number[][] } {
  requireRows(truth, predicted);
  const index = new Map(classes.map((label, i) => [label, i]));
  const counts = classes.map(() => classes.map(() => 0));
  const at = (label: Label) => {
    const found = index.get(label);
    if (found === undefined) throw new RangeError(`label "${label}" is not among the classes ${classes.join(', ')}`);
    return found;
  };
  for (const [i, label] of truth.entries()) {
    const row = counts[at(label)] as number[];
    const column = at(predicted[i] as Label);
    row[column] = (row[column] as number) + 1;
  }
  return { classes, counts };
}

export function requireRows(truth: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  if (truth.length === 0) throw new RangeError('no rows: at least one true and predicted value are needed');
  requireEqualLength(truth, predicted, 'true and predicted values');
}
