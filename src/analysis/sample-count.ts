import type { Evidence } from '../domain/verdict.js';

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
