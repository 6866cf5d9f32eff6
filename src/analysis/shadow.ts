import type { Total } from '../domain/observation.js';
import { formatMs, formatShare } from '../domain/quantity.js';
import type { Shadow } from '../domain/spec/phases.js';
import type { Evidence } from '../domain/verdict.js';
import type { ShadowSummary } from '../ports/store.js';

/** Judges mirrored requests: enough pairs, and enough of them with the same label. The candidate's failures count as disagreement. */
export function judgeShadow(plan: Shadow, summary: ShadowSummary): Evidence {
  const counted = summary.compared + summary.candidateErrors;
  const latencyMs = meanOf(summary.latencyDifferenceMs);
  const scoreDifference = meanOf(summary.scoreDifference);
  const agreement = counted === 0 ? null : summary.agreed / counted;
  const frame = {
    metric: 'agreement',
    margin: plan.minAgreement,
    rule: 'minimum',
    alpha: 0,
    dryRun: false,
    baseline: { samples: summary.pairs, value: null },
    candidate: { samples: counted, value: agreement },
    difference: null,
    bound: agreement,
  };
  const numbers =
    `agreement ${formatShare(agreement)} over ${counted} pairs, latency difference ${formatMs(latencyMs)}, ` +
    `${scoreDifference === null ? '' : `mean score difference ${scoreDifference.toPrecision(3)}, `}` +
    `errors ${summary.candidateErrors} against ${summary.baselineErrors}`;
  if (counted < plan.minSamples)
    return { ...frame, verdict: 'inconclusive', reason: `${counted} of ${plan.minSamples} pairs; ${numbers}` };
  if (agreement === null || agreement < plan.minAgreement)
    return { ...frame, verdict: 'fail', reason: `${numbers}; at least ${formatShare(plan.minAgreement)} is asked for` };
  return { ...frame, verdict: 'pass', reason: numbers };
}

function meanOf({ count, sum }: Total): number | null {
  return count === 0 ? null : sum / count;
}
