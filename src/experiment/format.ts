import { formatNumber, formatShare } from '../domain/quantity.js';
import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import type { Scale } from './design.js';
import { isShare } from './metric-kind.js';

/** With the digits that matter: 1234.5, 0.001234. */
export function formatAmount(value: number, digits = 5): string {
  return String(Number(value.toPrecision(digits)));
}

export function formatValue(value: number, metric: MetricDefinition): string {
  if (isShare(metric)) return formatShare(value);
  return metric.currency === undefined ? formatNumber(value) : `${formatNumber(value)} ${metric.currency}`;
}

/** A difference with its sign: +1.2 points, -3 %, +0.4. */
export function formatEffect(effect: number, metric: MetricDefinition, scale: Scale): string {
  const sign = effect > 0 ? '+' : '';
  if (scale === 'relative') return `${sign}${formatAmount(100 * effect, 4)} %`;
  return isShare(metric) ? `${sign}${formatAmount(100 * effect, 4)} points` : `${sign}${formatNumber(effect)}`;
}
