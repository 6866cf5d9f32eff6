import type { Guardrail } from '../domain/spec/guardrail.js';
import type { Evidence } from '../domain/verdict.js';
import type { Comparison } from '../ports/metric-source.js';
import { judgeCategories } from './category-guardrail.js';
import { judgeLatency } from './latency-guardrail.js';
import { judgeProportion } from './proportion-guardrail.js';

/**
 * Judges one guardrail on all observations since the weight last changed.
 * `fail`: a confidence sequence shows the candidate to be worse by more than the margin. It may be asked at any number of
 * looks: the chance that a harmless candidate ever fails is about `alpha`, however often it looks.
 * `pass`: both arms have their minimum of samples, and no such harm has shown. `inconclusive`: all else, no data included.
 * @param alpha the error budget of this guardrail at this weight, in (0, 1)
 */
export function judgeGuardrail(guardrail: Guardrail, { baseline, candidate }: Comparison, alpha: number): Evidence {
  if (baseline.kind === 'proportion' && candidate.kind === 'proportion')
    return judgeProportion(guardrail, baseline.value, candidate.value, alpha);
  if (baseline.kind === 'latency' && candidate.kind === 'latency')
    return judgeLatency(guardrail, baseline.counts, candidate.counts, alpha);
  if (baseline.kind === 'categories' && candidate.kind === 'categories')
    return judgeCategories(guardrail, baseline.counts, candidate.counts, alpha);
  throw new TypeError(`${guardrail.metric}: baseline is measured as ${baseline.kind}, candidate as ${candidate.kind}`);
}
