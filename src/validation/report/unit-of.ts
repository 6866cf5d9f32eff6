import type { CheckResult } from '../../domain/validation.js';
import { formatValue, type Unit } from '../judge-value.js';

const SHARES = new Set([
  'accuracy',
  'balanced_accuracy',
  'precision',
  'recall',
  'f1',
  'top_k_accuracy',
  'expected_calibration_error',
  'mape',
  'smape',
  'agreement',
  'demographic_parity',
  'equal_opportunity',
  'equalized_odds',
  'predictive_parity',
  'accuracy_gap',
  'determinism',
  'robustness',
  'invariance',
  'directional',
  'load_error_rate',
  'generation_error_rate',
  'refusal_rate',
]);

/** In which unit a metric's values and limits are. */
function unitOf(metric: string): Unit {
  if (SHARES.has(metric)) return 'share';
  if (/^(load_)?latency_|^first_token_|^generation_p/.test(metric)) return 'ms';
  return /_size$|_memory$/.test(metric) ? 'bytes' : 'number';
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
