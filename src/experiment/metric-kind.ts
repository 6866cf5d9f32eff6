import type { MetricDefinition } from '../domain/spec/metric-definition.js';

/** Whether a unit's value is 0 or 1. */
export function isShareOfUnits({ kind }: MetricDefinition): boolean {
  return kind === 'proportion' || kind === 'retention';
}

/** Whether its values read best as percent. */
export function isShare({ kind, source }: MetricDefinition): boolean {
  if (kind === 'proportion' || kind === 'retention') return true;
  if (kind !== 'ratio' || source === undefined) return false;
  if ('outcome' in source) return source.outcome === 'accuracy' || source.outcome === 'error';
  return 'feedback' in source && (source.feedback === 'conversion' || source.feedback === 'thumb');
}
