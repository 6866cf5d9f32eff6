import type { LatencyCounts } from '../domain/observation.js';
import { formatMs, formatShare } from '../domain/quantity.js';
import type { MetricGuardrail } from '../domain/spec/guardrail.js';
import type { ArmEvidence, Evidence } from '../domain/verdict.js';
import { differenceStandardError, share } from '../stats/comparison/proportion.js';
import { scoreTest } from '../stats/comparison/score-test.js';
import { countAbove, sketchCount, sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { evidenceFrame, inconclusive, tooFewSamples } from './evidence.js';
import { type Ask, type Reading, readingOf } from './reading.js';
import { rule, type TestPlan } from './sequential-rule.js';

/**
 * Is the candidate's latency quantile longer than the baseline's by more than the margin?
 * Asked as a question of shares, which a sequential test can answer: do more of the candidate's requests than 1 - q take longer than (baseline's
 * quantile + margin)? If the quantiles differ by no more than the margin, chance alone makes them more. That the baseline's quantile is an estimate
 * is in the test as the error of a share of 1 - q. (Not of the share that the baseline has above its quantile, as that is less where many requests
 * take the same time, and would make harm of equal quantiles.)
 */
export function judgeLatency(
  guardrail: MetricGuardrail,
  baseline: LatencyCounts,
  candidate: LatencyCounts,
  { alpha, looks }: Ask,
): Reading {
  const q = Number(guardrail.metric.replace('latency_p', '')) / 100;
  const arm = (counts: LatencyCounts): ArmEvidence => {
    const samples = sketchCount(counts);
    return { samples, value: samples === 0 ? null : sketchQuantile(counts, q) };
  };
  const frame = evidenceFrame(guardrail, alpha, arm(baseline), arm(candidate));
  const unjudged = (evidence: Evidence): Reading => ({ evidence, looks });
  const short = tooFewSamples(guardrail, frame);
  const [baselineMs, candidateMs] = [frame.baseline.value, frame.candidate.value];
  if (short) return unjudged(short);
  if (baselineMs === null || candidateMs === null) return unjudged(inconclusive(frame, 'no latency was recorded'));

  const limitMs = baselineMs + guardrail.margin;
  const slow = { successes: countAbove(candidate, limitMs), trials: frame.candidate.samples };
  const usual = { successes: Math.round((1 - q) * frame.baseline.samples), trials: frame.baseline.samples };
  // The margin is in the limit already, so the shares are compared without one.
  const plan: TestPlan = { guardrail, alpha, looks, sides: 1, margin: 0 };
  const ruling = rule(plan, {
    estimate: share(slow) - share(usual),
    standardError: differenceStandardError(slow, usual),
    score: scoreTest(slow, usual),
    n: Math.min(slow.trials, usual.trials),
  });
  return readingOf(frame, plan, ruling, {
    numbers: `candidate ${formatMs(candidateMs)} of ${slow.trials}, baseline ${formatMs(baselineMs)} of ${usual.trials}`,
    judgement:
      `${formatShare(share(slow))} of the candidate's requests take over ${formatMs(limitMs)} ` +
      `(expected ${formatShare(share(usual))})${ruling.failed ? ', more than chance allows' : ''}`,
    difference: candidateMs - baselineMs,
  });
}
