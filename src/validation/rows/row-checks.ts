import type { CheckOf, ValidationCheck } from '../../domain/spec/validation/index.js';
import { CLASS_METRICS, FAIRNESS_METRICS, REGRESSION_METRICS } from '../../domain/spec/validation/row-checks.js';

type ClassMetric = (typeof CLASS_METRICS)[number];
export type QualityCheck = CheckOf<ClassMetric>;
export type RegressionCheck = CheckOf<(typeof REGRESSION_METRICS)[number]>;
export type FairnessCheck = CheckOf<(typeof FAIRNESS_METRICS)[number]>;
export type AnswerCheck = CheckOf<'prediction_bounds' | 'prediction_type'>;
export type RowCheck =
  | QualityCheck
  | RegressionCheck
  | FairnessCheck
  | AnswerCheck
  | CheckOf<'prediction_drift' | 'agreement'>;

const has = (metrics: readonly string[], { metric }: ValidationCheck) => metrics.includes(metric);

export function isQuality(check: ValidationCheck): check is QualityCheck {
  return has(CLASS_METRICS, check);
}

export function isRegression(check: ValidationCheck): check is RegressionCheck {
  return has(REGRESSION_METRICS, check);
}

export function isFairness(check: ValidationCheck): check is FairnessCheck {
  return has(FAIRNESS_METRICS, check);
}

export function isAnswerCheck(check: ValidationCheck): check is AnswerCheck {
  return check.metric === 'prediction_bounds' || check.metric === 'prediction_type';
}

/** Whether the check is judged from the rows and their answers alone. */
export function isRowCheck(check: ValidationCheck): check is RowCheck {
  return (
    isQuality(check) ||
    isRegression(check) ||
    isFairness(check) ||
    isAnswerCheck(check) ||
    check.metric === 'prediction_drift' ||
    check.metric === 'agreement'
  );
}

/** Whether rows without a label tell this check nothing. */
export function needsLabels(check: ValidationCheck): boolean {
  if (isFairness(check)) return check.metric !== 'demographic_parity';
  if (check.metric === 'prediction_bounds') return boundsByDataset(check);
  return isQuality(check) || isRegression(check);
}

/** Whether the labels that are allowed are those of the data set. Limits of numbers say that predictions are no classes. */
export function boundsByDataset({ labels, min, max }: CheckOf<'prediction_bounds'>): boolean {
  return labels === undefined && min === undefined && max === undefined;
}

/** Whether scores are looked at, not only labels. */
export function usesScores({ metric }: QualityCheck): boolean {
  switch (metric) {
    case 'log_loss':
    case 'brier':
    case 'roc_auc':
    case 'average_precision':
    case 'top_k_accuracy':
    case 'expected_calibration_error':
      return true;
    case 'accuracy':
    case 'balanced_accuracy':
    case 'precision':
    case 'recall':
    case 'f1':
    case 'mcc':
    case 'kappa':
      return false;
  }
}

/** The column with the predictions that drift is measured against; none where it is not against a column. */
export function referenceOf(check: ValidationCheck): string[] {
  return check.metric === 'prediction_drift' && typeof check.against === 'object' ? [check.against.column] : [];
}
