import { Counter } from 'prom-client';
import type { GatewayMetrics } from '../metrics.js';

/** Evaluations of flags by what was served, and why; `reason` is `ERROR` where nothing was. */
export function countEvaluations(registry: GatewayMetrics['registry']): Counter<'flag' | 'variant' | 'reason'> {
  return new Counter({
    name: 'sluice_gateway_flag_evaluations_total',
    help: 'Feature flags evaluated.',
    labelNames: ['flag', 'variant', 'reason'],
    registers: [registry],
  });
}
