import type { Evidence } from '../domain/verdict.js';

/** Evidence of a measurement that could not be taken: inconclusive with its cause, never a pass. */
export function unreadable(metric: string, cause: string, dryRun: boolean): Evidence {
  const none = { samples: 0, value: null };
  return {
    metric,
    verdict: 'inconclusive',
    reason: `${metric}: could not be read: ${cause}`,
    baseline: none,
    candidate: none,
    difference: null,
    bound: null,
    margin: 0,
    rule: 'unreadable',
    alpha: 0,
    dryRun,
  };
}
