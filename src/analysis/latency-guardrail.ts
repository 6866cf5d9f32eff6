import type { LatencyCounts } from '../domain/observation.js';
import type { Guardrail } from '../domain/spec/guardrail.js';
import type { ArmEvidence, Evidence } from '../domain/verdict.js';
import { differenceStandardError } from '../stats/comparison/proportion.js';
import { oneSidedHalfwidth } from '../stats/sequential/confidence-sequence.js';
import { countAbove, sketchCount, sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { evidenceFrame, inconclusive, TUNING_FACTOR, tooFewSamples } from './evidence.js';
import { formatMs, formatShare } from './format.js';

/**
 * Is the candidate's latency quantile longer than the baseline's by more than the margin?
 * Asked as a question of shares, which a confidence sequence can answer: more of the candidate's requests take longer than
 * (baseline's quantile + margin) than of the baseline's take longer than its own quantile. If the quantiles differ by no
 * more than the margin, these shares differ by chance alone.
 */
export function judgeLatency(
  guardrail: Guardrail,
  baseline: LatencyCounts,
  candidate: LatencyCounts,
  alpha: number,
): Evidence {
  const q = Number(guardrail.metric.replace('latency_p', '')) / 100;
  const arm = (counts: LatencyCounts): ArmEvidence => {
    const samples = sketchCount(counts);
    return { samples, value: samples === 0 ? null : sketchQuantile(counts, q) };
  };
  const frame = evidenceFrame(guardrail, alpha, arm(baseline), arm(candidate));
  const short = tooFewSamples(guardrail, frame);
  const [baselineMs, candidateMs] = [frame.baseline.value, frame.candidate.value];
  if (short) return short;
  if (baselineMs === null || candidateMs === null) return inconclusive(frame, 'no latency was recorded');

  const limitMs = baselineMs + guardrail.margin;
  const slow = { successes: countAbove(candidate, limitMs), trials: frame.candidate.samples };
  const usual = { successes: countAbove(baseline, baselineMs), trials: frame.baseline.samples };
  const bound =
    slow.successes / slow.trials -
    usual.successes / usual.trials -
    oneSidedHalfwidth(
      differenceStandardError(slow, usual),
      Math.min(slow.trials, usual.trials),
      alpha,
      TUNING_FACTOR * guardrail.minSamples,
    );
  const failed = bound > 0;
  const reason =
    `${guardrail.metric}: candidate ${formatMs(candidateMs)} of ${slow.trials}, baseline ${formatMs(baselineMs)} of ${usual.trials}; ` +
    `${formatShare(slow.successes / slow.trials)} of the candidate's requests take over ${formatMs(limitMs)} ` +
    `(expected ${formatShare(usual.successes / usual.trials)})${failed ? ', more than chance allows' : ''}`;
  return { ...frame, verdict: failed ? 'fail' : 'pass', reason, difference: candidateMs - baselineMs, bound };
}
