import type { Evidence, Verdict } from '../../src/domain/verdict.js';

/** Evidence that says no more than its verdict. */
export const evidence = (metric: string, verdict: Verdict, reason = `${metric} is ${verdict}`): Evidence => ({
  metric,
  verdict,
  reason,
  baseline: { samples: 100, value: 0 },
  candidate: { samples: 100, value: 0 },
  difference: 0,
  bound: 0,
  margin: 0,
  rule: 'fake',
  alpha: 0.01,
  dryRun: false,
});
