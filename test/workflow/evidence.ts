import type { ImpactLook } from '../../activities/impact.js';
import { type ImpactSummary, type ImpactVerdict, verdictOfImpact } from '../../src/domain/impact-report.js';
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

const SPAN = { since: '2026-11-01T00:00:00.000Z', until: '2026-11-08T00:00:00.000Z' };

/** A look at the impact that says no more than its verdict. */
export const impactSummary = (look: ImpactLook, verdict: ImpactVerdict): ImpactSummary => ({
  rolloutId: look.rolloutId,
  service: look.service,
  candidate: look.candidate,
  look: look.look,
  at: SPAN.until,
  isFinal: look.isFinal,
  before: SPAN,
  after: SPAN,
  bucketMs: 10_000,
  verdict,
  reason: `look ${look.look} says ${verdict}`,
  alpha: 0.05,
  hypothesis: null,
  notes: [],
  evidence: look.plan.metrics.map((metric) => evidence(metric, verdictOfImpact(verdict))),
});
