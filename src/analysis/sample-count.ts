import type { Evidence } from '../domain/verdict.js';
import type { LabelledOutcomes } from '../ports/store.js';

/** Whether the candidate has answered as many requests as a canary step asks for. */
export function judgeSampleCount(minSamples: number, requests: number): Evidence {
  return {
    metric: 'samples',
    verdict: requests >= minSamples ? 'pass' : 'inconclusive',
    reason: `${requests} of at least ${minSamples} requests answered by the candidate`,
    baseline: { samples: 0, value: null },
    candidate: { samples: requests, value: requests },
    difference: null,
    bound: null,
    margin: minSamples,
    rule: 'minimum',
    alpha: 0,
    dryRun: false,
  };
}

/** Whether predictions of both arms have met as many true labels as a gate waits for. */
export function judgeLabelCount(minLabels: number, outcomes: readonly LabelledOutcomes[]): Evidence {
  const joinedOf = (arm: 'baseline' | 'candidate') =>
    outcomes.filter((one) => one.arm === arm).reduce((sum, { joined }) => sum + joined, 0);
  const [baseline, candidate] = [joinedOf('baseline'), joinedOf('candidate')];
  return {
    metric: 'labels',
    verdict: Math.min(baseline, candidate) >= minLabels ? 'pass' : 'inconclusive',
    reason: `labels: ${candidate} of the candidate, ${baseline} of the baseline, at least ${minLabels} each`,
    baseline: { samples: baseline, value: baseline },
    candidate: { samples: candidate, value: candidate },
    difference: null,
    bound: null,
    margin: minLabels,
    rule: 'minimum',
    alpha: 0,
    dryRun: false,
  };
}
