import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import type { Scale } from './design.js';
import { isShare } from './metric-kind.js';

/** How an experiment's numbers read in reasons. */
export function formatPercent(share: number): string {
  return `${formatAmount(100 * share, 4)} %`;
}

/** With the digits that matter: 1234.5, 0.001234. */
export function formatAmount(value: number, digits = 5): string {
  return String(Number(value.toPrecision(digits)));
}

/** 12,345. */
export function formatUnits(units: number): string {
  return String(Math.round(units)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function formatValue(value: number, metric: MetricDefinition): string {
  if (isShare(metric)) return formatPercent(value);
  return metric.currency === undefined ? formatAmount(value) : `${formatAmount(value)} ${metric.currency}`;
}

/** A difference with its sign: +1.2 points, -3 %, +0.4. */
export function formatEffect(effect: number, metric: MetricDefinition, scale: Scale): string {
  const sign = effect > 0 ? '+' : '';
  if (scale === 'relative') return `${sign}${formatAmount(100 * effect, 4)} %`;
  return isShare(metric) ? `${sign}${formatAmount(100 * effect, 4)} points` : `${sign}${formatAmount(effect)}`;
}
