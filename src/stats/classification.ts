/**
 * Quality of a classifier from its labels. Classes are text; their set is the union of true and predicted ones.
 * Precision, recall and F1 are macro averages; a class that was never predicted (or never true) counts 0, as scikit-learn's
 * `zero_division=0` does. Oracle: test/stats/oracles/classification.json (multiclass cases).
 */
export interface ClassificationSummary {
  readonly rows: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

interface ClassCounts {
  truePositives: number;
  predicted: number;
  actual: number;
}

/** @throws {RangeError} when the lists are empty or of unequal length */
export function summariseClassification(truth: readonly string[], predicted: readonly string[]): ClassificationSummary {
  if (truth.length === 0 || truth.length !== predicted.length)
    throw new RangeError(
      `${truth.length} true and ${predicted.length} predicted labels: need equal counts, at least one`,
    );
  const classes = countByClass(truth, predicted);
  const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);
  const mean = (of: (c: ClassCounts) => number) => classes.reduce((sum, c) => sum + of(c), 0) / classes.length;
  return {
    rows: truth.length,
    accuracy: classes.reduce((sum, c) => sum + c.truePositives, 0) / truth.length,
    precision: mean((c) => ratio(c.truePositives, c.predicted)),
    recall: mean((c) => ratio(c.truePositives, c.actual)),
    f1: mean((c) => ratio(2 * c.truePositives, c.predicted + c.actual)),
  };
}

function countByClass(truth: readonly string[], predicted: readonly string[]): ClassCounts[] {
  const counts = new Map<string, ClassCounts>();
  const of = (label: string) => {
    const found = counts.get(label) ?? { truePositives: 0, predicted: 0, actual: 0 };
    counts.set(label, found);
    return found;
  };
  for (const [index, actual] of truth.entries()) {
    const guess = predicted[index] ?? '';
    of(actual).actual += 1;
    of(guess).predicted += 1;
    if (guess === actual) of(actual).truePositives += 1;
  }
  return [...counts.values()];
}
