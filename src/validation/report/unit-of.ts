import type { ValidationCheck } from '../../domain/spec/validation.js';
import type { CheckResult } from '../../domain/validation.js';
import { formatValue, type Unit } from '../judge-value.js';

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

/** In which unit a metric's values and limits are. */
function unitOf(metric: string): Unit {
  return Object.hasOwn(UNITS, metric) ? UNITS[metric as ValidationCheck['metric']] : 'number';
}

/** A value of a check as people read it. */
export function formatOf(metric: string, value: number | null): string {
  return value === null ? '–' : formatValue(value, unitOf(metric));
}

/** What it was held to, such as `≥ 95.00 %, baseline ± 1.00 %`; empty where only its nature is checked. */
export function formatLimits({ metric, limits, better }: CheckResult): string {
  const { min, max, noWorseThan, margin = 0 } = limits;
  const parts: string[] = [];
  if (min !== undefined) parts.push(`≥ ${formatOf(metric, min)}`);
  if (max !== undefined) parts.push(`≤ ${formatOf(metric, max)}`);
  if (noWorseThan !== undefined) {
    const allowed = margin === 0 ? '' : ` ${better === 'higher' ? '−' : '+'} ${formatOf(metric, margin)}`;
    parts.push(`${better === 'higher' ? '≥' : '≤'} baseline${allowed}`);
  }
  return parts.join(', ');
}
