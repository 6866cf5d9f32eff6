import type { CheckResult } from '../../domain/validation.js';
import { formatValue } from '../format-value.js';

/** A value of a check as people read it. */
export function formatOf(metric: string, value: number | null): string {
  return value === null ? '–' : formatValue(metric, value);
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
