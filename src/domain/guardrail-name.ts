import type { Guardrail } from './spec/guardrail.js';

/** What a guardrail is called in evidence and progress: its metric, of which a spec has one; of queries and monitors there may be several. */
export function guardrailName(guardrail: Guardrail): string {
  if (guardrail.metric === 'query') return `query:${guardrail.name}`;
  return guardrail.metric === 'monitor' ? `monitor:${guardrail.monitor}` : guardrail.metric;
}
