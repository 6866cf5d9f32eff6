import { METRIC_TABLE } from '../domain/metric.js';
import { formatShare } from '../domain/quantity.js';
import type { MetricGuardrail } from '../domain/spec/guardrail.js';
import type { ArmEvidence, Evidence } from '../domain/verdict.js';
import type { Proportion } from '../ports/metric-source.js';
import { differenceStandardError, share } from '../stats/comparison/proportion.js';
import { scoreTest } from '../stats/comparison/score-test.js';
import { ENVIRONMENT, evidenceFrame, inconclusive, tooFewSamples } from './evidence.js';
import { type Ask, type Reading, readingOf } from './reading.js';
import { type Harm, rule, type TestPlan } from './sequential-rule.js';

/** A baseline that fails this share of its requests says nothing about a candidate: the environment is broken. */
export const BROKEN_BASELINE_SHARE = 0.2;

const armEvidence = (p: Proportion): ArmEvidence => ({ samples: p.trials, value: p.trials === 0 ? null : share(p) });

/** Shares of two arms (errors, right answers, conversions): is the candidate's worse by more than the margin? */
export function judgeProportion(
  guardrail: MetricGuardrail,
  baseline: Proportion,
  candidate: Proportion,
  { alpha, looks }: Ask,
): Reading {
  const frame = evidenceFrame(guardrail, alpha, armEvidence(baseline), armEvidence(candidate));
  const unjudged = (evidence: Evidence): Reading => ({ evidence, looks });
  const short = tooFewSamples(guardrail, frame);
  if (short) return unjudged(short);
  if (guardrail.metric === 'error_rate' && share(baseline) >= BROKEN_BASELINE_SHARE)
    return unjudged(
      inconclusive(
        { ...frame, rule: ENVIRONMENT },
        `environment: the baseline itself fails ${formatShare(share(baseline))} of its requests`,
      ),
    );

  const direction = directionOf(guardrail);
  const plan: TestPlan = {
    guardrail,
    alpha,
    looks,
    margin: guardrail.margin,
    sides: direction === 'either' ? 2 : 1,
  };
  const ruling = rule(plan, harmOf(direction, baseline, candidate, guardrail.margin));
  return readingOf(frame, plan, ruling, {
    numbers:
      `candidate ${formatShare(share(candidate))} of ${candidate.trials}, ` +
      `baseline ${formatShare(share(baseline))} of ${baseline.trials}`,
    judgement: ruling.failed
      ? `worse by at least ${formatShare(ruling.bound)}, margin ${formatShare(guardrail.margin)}`
      : `no harm beyond the margin of ${formatShare(guardrail.margin)}`,
    difference: share(candidate) - share(baseline),
  });
}

function directionOf(guardrail: MetricGuardrail): 'increase' | 'decrease' | 'either' {
  const given = 'direction' in guardrail ? guardrail.direction : undefined;
  return given ?? METRIC_TABLE[guardrail.metric].harm;
}

/** Which arm is the worse if harm is an increase of the share, a decrease, or whichever it is. */
function harmOf(
  direction: 'increase' | 'decrease' | 'either',
  baseline: Proportion,
  candidate: Proportion,
  margin: number,
): Harm {
  const difference = share(candidate) - share(baseline);
  const isHigher = direction === 'increase' || (direction === 'either' && difference >= 0);
  const [worse, better] = isHigher ? [candidate, baseline] : [baseline, candidate];
  return {
    estimate: isHigher ? difference : -difference,
    standardError: differenceStandardError(candidate, baseline),
    score: scoreTest(worse, better, margin),
    n: Math.min(candidate.trials, baseline.trials),
  };
}
