import { signTestP } from '../comparison/preference.js';
import { chiSquareSf } from '../distributions/chi-square.js';
import { requireCount } from '../sample/sample.js';
import { qualityOfMatrix } from './class-counts.js';
import { confusionMatrix, type Label } from './confusion.js';

export interface Agreement {
  readonly rows: number;
  /** Share of rows with the same label. */
  readonly agreement: number;
  /** Agreement beyond chance, at most 1; null where both name one and the same class throughout. */
  readonly kappa: number | null;
}

/**
 * Do two models (or a model and the truth) give the same label on the same requests?
 * Source: J. Cohen (1960), Educational and Psychological Measurement 20(1):37-46. Oracle: classification.json (cohen_kappa).
 */
export function agreementOf(a: readonly Label[], b: readonly Label[]): Agreement {
  const { rows, accuracy, kappa } = qualityOfMatrix(confusionMatrix(a, b).counts);
  return { rows, agreement: accuracy, kappa };
}

export interface McNemar {
  /** Rows only the first, and only the second model got right. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly pValue: number;
  readonly method: 'exact' | 'chi-square';
}

/** With fewer rows in dispute the exact sign test is used. */
const EXACT_BELOW = 25;

/**
 * McNemar's test: is one of two models right more often on the same rows? Only rows that one of them got wrong tell.
 * Source: Q. McNemar (1947), Psychometrika 12(2):153-157, with continuity correction by A. L. Edwards (1948).
 * @returns null where no row is in dispute
 */
export function mcnemarTest(onlyFirst: number, onlySecond: number): McNemar | null {
  requireCount(onlyFirst, 'onlyFirst');
  requireCount(onlySecond, 'onlySecond');
  const disputed = onlyFirst + onlySecond;
  if (disputed === 0) return null;
  if (disputed < EXACT_BELOW)
    return { onlyFirst, onlySecond, pValue: signTestP(onlyFirst, onlySecond), method: 'exact' };
  const statistic = Math.max(0, Math.abs(onlyFirst - onlySecond) - 1) ** 2 / disputed;
  return { onlyFirst, onlySecond, pValue: chiSquareSf(statistic, 1), method: 'chi-square' };
}
