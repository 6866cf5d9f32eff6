/** Precision, recall and F1 of a class, or under one way of averaging over classes. */
export interface Averages {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

interface ClassQuality extends Averages {
  /** Rows that are of the class, and rows that were said to be. */
  readonly actual: number;
  readonly guessed: number;
}

/** What a matrix of counts tells. Ratios without a denominator count 0, as scikit-learn's `zero_division=0` does. */
export interface CountsQuality {
  readonly rows: number;
  readonly accuracy: number;
  /** Mean recall of the classes that have true rows; null where that is one class only. */
  readonly balancedAccuracy: number | null;
  /** Every class alike. */
  readonly macro: Averages;
  /** Every row alike: all three equal the accuracy. */
  readonly micro: Averages;
  /** Every class by its number of true rows. */
  readonly weighted: Averages;
  /** Gorodkin's R_k, which is Matthews' correlation for two classes; 0 where truth or prediction is one class throughout. */
  readonly mcc: number;
  /** Cohen's; null where truth and prediction are one and the same class throughout. */
  readonly kappa: number | null;
  readonly perClass: readonly ClassQuality[];
}

/**
 * Quality of a classifier from its confusion matrix. Sources: J. Gorodkin (2004), Computational Biology and Chemistry 28:367-374, for R_k;
 * J. Cohen (1960), Educational and Psychological Measurement 20(1):37-46, for kappa. Oracles: test/stats/oracles/classification.json,
 * test/validation/rows/fixtures (scikit-learn).
 * @param counts square; rows are true, columns predicted classes
 * @throws {RangeError} where nothing is counted
 */
export function qualityOfMatrix(counts: readonly (readonly number[])[]): CountsQuality {
  const perClass = classQualities(counts);
  const rows = perClass.reduce((sum, { actual }) => sum + actual, 0);
  if (rows === 0) throw new RangeError('no rows: the confusion matrix is empty');
  const hits = counts.reduce((sum, row, k) => sum + (row[k] as number), 0);
  const accuracy = hits / rows;
  const average = (weight: (actual: number) => number): Averages => {
    const of = (key: keyof Averages) => perClass.reduce((sum, c) => sum + c[key] * weight(c.actual), 0);
    return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
  };
  const present = perClass.filter(({ actual }) => actual > 0);
  return {
    rows,
    accuracy,
    balancedAccuracy: present.length < 2 ? null : present.reduce((sum, c) => sum + c.recall, 0) / present.length,
    macro: average(() => 1 / perClass.length),
    micro: { precision: accuracy, recall: accuracy, f1: accuracy },
    weighted: average((actual) => actual / rows),
    ...correlations(perClass, hits, rows),
    perClass,
  };
}

function classQualities(counts: readonly (readonly number[])[]): ClassQuality[] {
  const guesses = counts.map(() => 0);
  for (const row of counts) for (const [k, count] of row.entries()) guesses[k] = (guesses[k] as number) + count;
  return counts.map((row, k) => {
    const hits = row[k] as number;
    const guessed = guesses[k] as number;
    const actual = row.reduce((sum, count) => sum + count, 0);
    return {
      actual,
      guessed,
      precision: guessed === 0 ? 0 : hits / guessed,
      recall: actual === 0 ? 0 : hits / actual,
      f1: actual + guessed === 0 ? 0 : (2 * hits) / (actual + guessed),
    };
  });
}

/** Shares rather than counts, so that a million rows squared lose nothing. */
function correlations(perClass: readonly ClassQuality[], hits: number, rows: number) {
  const sum = (of: (c: ClassQuality) => number) => perClass.reduce((total, c) => total + of(c), 0);
  const expected = sum(({ actual, guessed }) => (actual / rows) * (guessed / rows));
  const spread = (1 - sum(({ guessed }) => (guessed / rows) ** 2)) * (1 - sum(({ actual }) => (actual / rows) ** 2));
  const oneClass = perClass.some(({ actual }) => actual === rows) || perClass.some(({ guessed }) => guessed === rows);
  const beyond = hits / rows - expected;
  const same = perClass.some(({ actual, guessed }) => actual === rows && guessed === rows);
  return { mcc: oneClass ? 0 : beyond / Math.sqrt(spread), kappa: same ? null : beyond / (1 - expected) };
}
