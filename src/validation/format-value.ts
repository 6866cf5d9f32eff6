import { formatBytes, formatMs, formatNumber, formatShare } from '../domain/quantity.js';
import type { ValidationCheck } from '../domain/spec/validation.js';

type Unit = 'share' | 'ms' | 'bytes' | 'number';

const UNITS: Readonly<Record<ValidationCheck['metric'], Unit>> = {
  accuracy: 'share',
  balanced_accuracy: 'share',
  precision: 'share',
  recall: 'share',
  f1: 'share',
  mcc: 'number',
  kappa: 'number',
  log_loss: 'number',
  brier: 'number',
  roc_auc: 'number',
  average_precision: 'number',
  top_k_accuracy: 'share',
  expected_calibration_error: 'share',
  mae: 'number',
  mse: 'number',
  rmse: 'number',
  median_absolute_error: 'number',
  max_error: 'number',
  mean_error: 'number',
  mape: 'share',
  smape: 'share',
  r2: 'number',
  explained_variance: 'number',
  msle: 'number',
  prediction_drift: 'number',
  agreement: 'share',
  demographic_parity: 'share',
  equal_opportunity: 'share',
  equalized_odds: 'share',
  predictive_parity: 'share',
  accuracy_gap: 'share',
  prediction_bounds: 'number',
  prediction_type: 'number',
  signature: 'number',
  request_size: 'bytes',
  response_size: 'bytes',
  latency_p50: 'ms',
  latency_p95: 'ms',
  latency_p99: 'ms',
  load_latency_p50: 'ms',
  load_latency_p95: 'ms',
  load_latency_p99: 'ms',
  throughput: 'number',
  load_error_rate: 'share',
  server_memory: 'bytes',
  determinism: 'share',
  robustness: 'share',
  invariance: 'share',
  directional: 'share',
  generation_error_rate: 'share',
  refusal_rate: 'share',
  first_token_p50: 'ms',
  first_token_p95: 'ms',
  generation_p50: 'ms',
  generation_p95: 'ms',
  tokens_out: 'number',
  tokens_per_second: 'number',
  custom: 'number',
};

/** A metric that this version does not know, as in a report of another one, is a bare number. */
function unitOf(metric: string): Unit {
  return Object.hasOwn(UNITS, metric) ? UNITS[metric as ValidationCheck['metric']] : 'number';
}

/** A value or a limit of a metric, in the metric's unit. */
export function formatValue(metric: string, value: number): string {
  switch (unitOf(metric)) {
    case 'share':
      return formatShare(value);
    case 'ms':
      return formatMs(value);
    case 'bytes':
      return formatBytes(value);
    case 'number':
      return formatNumber(value);
  }
}
