import { cutText } from '../domain/cut-text.js';
import { type ExperimentReport, primaryOf } from '../domain/experiment.js';
import type { AbTest } from '../domain/spec/experiment.js';
import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import type { Evidence, Verdict } from '../domain/verdict.js';
import { designOf } from './design.js';

/** A reason as long as a person reads; the whole report is kept in the store. */
const LONGEST_REASON = 600;

const VERDICTS = {
  wait: 'inconclusive',
  hold: 'inconclusive',
  promote: 'pass',
  rollback: 'fail',
} as const satisfies Record<ExperimentReport['decision'], Verdict>;

/**
 * What a look means for the rollout; small enough for a workflow's history. Where a person has to decide, it is exhausted. Its bound is the end of the
 * interval that is worse for users, on the scale of the margin.
 */
export function evidenceOfExperiment(
  plan: AbTest,
  report: ExperimentReport,
  goal: MetricDefinition['goal'] = 'increase',
): Evidence {
  const { decision, reason, at } = report;
  const { margin, alpha, scale } = designOf(plan);
  const primary = primaryOf(report);
  const interval = scale === 'relative' ? primary?.relativeInterval : primary?.interval;
  const arm = (name: 'baseline' | 'candidate') => ({
    samples: primary?.[name].units ?? 0,
    value: primary?.[name].value ?? null,
  });
  return {
    metric: plan.primary,
    verdict: VERDICTS[decision],
    reason: cutText(reason, LONGEST_REASON),
    baseline: arm('baseline'),
    candidate: arm('candidate'),
    difference: primary?.effect ?? null,
    bound: interval?.[goal === 'increase' ? 0 : 1] ?? null,
    margin,
    rule: primary?.rule ?? 'none',
    alpha,
    dryRun: false,
    at,
    ...(decision === 'hold' ? { exhausted: true } : {}),
  };
}
