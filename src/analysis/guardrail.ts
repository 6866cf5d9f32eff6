import type { MetricGuardrail } from '../domain/spec/guardrail.js';
import type { ArmPair, Comparison } from '../ports/metric-source.js';
import { judgeCategories } from './category-guardrail.js';
import { judgeLatency } from './latency-guardrail.js';
import { judgeProportion } from './proportion-guardrail.js';
import type { Ask, Reading } from './reading.js';

/**
 * Judges one guardrail on all observations since the weight last changed.
 * `fail`: a sequential test shows the candidate to be worse by more than the margin, in all traffic or in any segment of it. It may be
 * asked at any number of looks: the chance that a harmless candidate ever fails is about `alpha`, however often it looks.
 * `pass`: both arms have their minimum of samples, and no such harm has shown. `inconclusive`: all else, no data included.
 */
export function judgeGuardrail(guardrail: MetricGuardrail, comparison: Comparison, ask: Ask): Reading {
  const segments = Object.entries(comparison.segments ?? {});
  if (segments.length === 0) return judgePair(guardrail, comparison, ask);
  // Half of the budget for all traffic, half shared out among the segments: each of those is a test of its own.
  const overall = judgePair(guardrail, comparison, { ...ask, alpha: ask.alpha / 2 });
  if (overall.evidence.verdict === 'fail') return overall;
  const alpha = ask.alpha / 2 / segments.length;
  for (const [segment, pair] of segments) {
    // Segments are watched by confidence sequences: a plan of looks counts the samples of all traffic.
    const { evidence } = judgePair({ ...guardrail, sequential: undefined }, pair, { alpha, looks: [] });
    if (evidence.verdict === 'fail')
      return {
        evidence: { ...evidence, segment, reason: `segment ${segment}: ${evidence.reason}` },
        looks: overall.looks,
      };
  }
  return overall;
}

function judgePair(guardrail: MetricGuardrail, { baseline, candidate }: ArmPair, ask: Ask): Reading {
  if (baseline.kind === 'proportion' && candidate.kind === 'proportion')
    return judgeProportion(guardrail, baseline.value, candidate.value, ask);
  if (baseline.kind === 'latency' && candidate.kind === 'latency')
    return judgeLatency(guardrail, baseline.counts, candidate.counts, ask);
  if (baseline.kind === 'categories' && candidate.kind === 'categories')
    return judgeCategories(guardrail, baseline.counts, candidate.counts, ask);
  throw new TypeError(`${guardrail.metric}: baseline is measured as ${baseline.kind}, candidate as ${candidate.kind}`);
}
