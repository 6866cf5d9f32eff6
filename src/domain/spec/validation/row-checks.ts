import { z } from 'zod';
import { column } from '../dataset.js';
import { bySlice, common, DEFAULT_BINS, DEFAULT_K, limits, positive, share, tolerance } from './check-fields.js';

export const CLASS_METRICS = [
  'accuracy',
  'balanced_accuracy',
  'precision',
  'recall',
  'f1',
  'mcc',
  'kappa',
  'log_loss',
  'brier',
  'roc_auc',
  'average_precision',
  'top_k_accuracy',
  'expected_calibration_error',
] as const;
export const REGRESSION_METRICS = [
  'mae',
  'mse',
  'rmse',
  'median_absolute_error',
  'max_error',
  'mean_error',
  'mape',
  'smape',
  'r2',
  'explained_variance',
  'msle',
] as const;
export const FAIRNESS_METRICS = [
  'demographic_parity',
  'equal_opportunity',
  'equalized_odds',
  'predictive_parity',
  'accuracy_gap',
] as const;
const quality = z.strictObject({
  metric: z.enum(CLASS_METRICS),
  average: z
    .enum(['macro', 'micro', 'weighted', 'binary'])
    .optional()
    .describe(
      'Of precision, recall, f1, roc_auc and average_precision. Default: macro; binary where `positive` is given.',
    ),
  positive,
  bins: z.int().min(2).max(100).optional().describe(`Of expected_calibration_error. Default: ${DEFAULT_BINS}.`),
  k: z.int().min(1).max(100).optional().describe(`Of top_k_accuracy. Default: ${DEFAULT_K}.`),
  ...limits,
  ...bySlice,
  ...common,
});
const regression = z.strictObject({ metric: z.enum(REGRESSION_METRICS), ...limits, ...bySlice, ...common });
const drift = z.strictObject({
  metric: z.literal('prediction_drift').describe('How far apart the distributions of two sets of predictions are.'),
  method: z
    .enum(['ks', 'psi', 'wasserstein', 'jensenshannon'])
    .describe('ks: the statistic, 0..1. wasserstein: in standard deviations of the reference.'),
  of: z
    .enum(['label', 'value', 'score'])
    .optional()
    .describe('score: that of the predicted class. Default: value where predictions are numbers, else label.'),
  against: z
    .union([z.literal('baseline'), z.strictObject({ column })])
    .optional()
    .describe('Reference predictions: the baseline’s of the same rows (default), or a column of the data set.'),
  max: z.number().min(0),
  ...common,
});
const agreement = z.strictObject({
  metric: z.literal('agreement').describe('Share of rows that candidate and baseline answer alike.'),
  min: share,
  tolerance,
  ...bySlice,
  ...common,
});
const fairness = z.strictObject({
  metric: z.enum(FAIRNESS_METRICS).describe('The widest gap between two groups, 0..1.'),
  by: column.describe('The column of the group.'),
  positive,
  max: share.optional(),
  noWorseThan: limits.noWorseThan,
  margin: limits.margin,
  minRows: bySlice.minRows,
  ...common,
});
const bounds = z.strictObject({
  metric: z
    .literal('prediction_bounds')
    .describe(
      'Every label is one that the data set has, or is listed; every score lies in 0..1; every number in min..max.',
    ),
  labels: z.array(z.string().max(500)).min(1).max(10_000).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  ...common,
});
const type = z.strictObject({
  metric: z.literal('prediction_type'),
  type: z
    .enum(['label', 'integer', 'number', 'probabilities'])
    .describe('probabilities: one score a class, of which the sum is 1.'),
  ...common,
});

/** Judged from the one pass over all rows. */
export const rowChecks = [quality, regression, drift, agreement, fairness, bounds, type] as const;
