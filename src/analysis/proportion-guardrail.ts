import { METRIC_TABLE } from '../domain/metric.js';
import type { Guardrail } from '../domain/spec/guardrail.js';
import type { ArmEvidence, Evidence } from '../domain/verdict.js';
import type { Proportion } from '../ports/metric-source.js';
import { differenceStandardError, share } from '../stats/comparison/proportion.js';
import { oneSidedHalfwidth } from '../stats/sequential/confidence-sequence.js';
import { evidenceFrame, inconclusive, TUNING_FACTOR, tooFewSamples } from './evidence.js';
import { formatShare } from './format.js';

/** A baseline that fails this share of its requests says nothing about a candidate: the environment is broken. */
const BROKEN_BASELINE_SHARE = 0.2;

const armEvidence = (p: Proportion): ArmEvidence => ({ samples: p.trials, value: p.trials === 0 ? null : share(p) });

/** Shares of two arms (errors, right answers, conversions): is the candidate's worse by more than the margin? */
export function judgeProportion(
  guardrail: Guardrail,
  baseline: Proportion,
  candidate: Proportion,
  alpha: number,
): Evidence {
  const frame = evidenceFrame(guardrail, alpha, armEvidence(baseline), armEvidence(candidate));
  const short = tooFewSamples(guardrail, frame);
  if (short) return short;
  if (guardrail.metric === 'error_rate' && share(baseline) >= BROKEN_BASELINE_SHARE)
    return inconclusive(
      frame,
      `environment: the baseline itself fails ${formatShare(share(baseline))} of its requests`,
    );

  const difference = share(candidate) - share(baseline);
  const harm = METRIC_TABLE[guardrail.metric].harm === 'decrease' ? -difference : difference;
  const bound =
    harm -
    oneSidedHalfwidth(
      differenceStandardError(candidate, baseline),
      Math.min(candidate.trials, baseline.trials),
      alpha,
      TUNING_FACTOR * guardrail.minSamples,
    );
  const failed = bound > guardrail.margin;
  const numbers =
    `candidate ${formatShare(share(candidate))} of ${candidate.trials}, ` +
    `baseline ${formatShare(share(baseline))} of ${baseline.trials}`;
  const judgement = failed
    ? `worse by at least ${formatShare(bound)}, margin ${formatShare(guardrail.margin)}`
    : `no harm beyond the margin of ${formatShare(guardrail.margin)}`;
  return {
    ...frame,
    verdict: failed ? 'fail' : 'pass',
    reason: `${guardrail.metric}: ${numbers}; ${judgement}`,
    difference,
    bound,
  };
}
