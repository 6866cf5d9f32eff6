import type { Validation, ValidationCheck } from '../domain/spec/validation/index.js';
import { type CheckResult, checkName } from '../domain/validation.js';
import type { ArmEvidence } from '../domain/verdict.js';
import { sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { judgeValue, needsBaseline, result } from './judge-value.js';
import type { ArmPass, Garbage, PassState } from './pass-state.js';
import { isLatency, isOfPass, isPayload, type LatencyCheck, type PayloadCheck } from './plan-needs.js';
import { judgeRows } from './rows/index.js';

/** What the rows say of the checks over them, by name; where the answers were garbage, that instead. */
export function judgePass(plan: Validation, state: PassState): CheckResult[] {
  const { garbage } = state;
  if (garbage?.arm === 'candidate')
    return [
      answersFault(garbage.reason, state.rows),
      ...plan.checks.filter(isOfPass).map((check) => unmeasured(check, garbage)),
    ];
  // What was compared with half of the baseline's answers is compared with none.
  const judged = garbage === null ? plan : { ...plan, checks: plan.checks.map(alone) };
  const results = [
    ...judgeRows(judged, state.tally),
    ...judged.checks.filter(isLatency).map((check) => judgeLatency(check, state)),
    ...judged.checks.filter(isPayload).map((check) => judgePayload(check, state)),
  ];
  if (garbage === null) return results;
  const compared = new Map(plan.checks.filter(needsBaseline).map((check) => [checkName(check), check]));
  return results.map((found) => {
    const check = compared.get(found.name);
    return check === undefined || (found.verdict === 'fail' && !isRelative(check))
      ? { ...found, baseline: NONE }
      : unmeasured(check, garbage);
  });
}

const NONE: ArmEvidence = { samples: 0, value: null };

/** The same check, of the candidate only. */
function alone(check: ValidationCheck): ValidationCheck {
  if (!('noWorseThan' in check)) return check;
  const { noWorseThan: _, ...rest } = check;
  return rest as ValidationCheck;
}

/** Says nothing without a baseline. */
function isRelative({ metric }: ValidationCheck): boolean {
  return metric === 'prediction_drift' || metric === 'agreement';
}

/** No check of a plan can be called so. */
export const ANSWERS = 'answers';

/** The critical check that nobody has to ask for: that there are answers at all. */
export function answersFault(reason: string, rows: number): CheckResult {
  return {
    name: ANSWERS,
    metric: ANSWERS,
    severity: 'critical',
    verdict: 'fail',
    reason: `${ANSWERS}: ${reason}; the ${rows} rows before it were answered properly`,
    candidate: { samples: rows, value: null },
    baseline: NONE,
    limits: {},
    better: null,
  };
}

export function unmeasured(check: ValidationCheck, { arm, reason }: Garbage): CheckResult {
  const why = arm === 'candidate' ? 'not measured, as the candidate' : 'nothing to compare with, as the baseline';
  return result(check, { verdict: 'inconclusive', reason: `${why} gave no proper answer ${reason}` });
}

const QUANTILES = { latency_p50: 0.5, latency_p95: 0.95, latency_p99: 0.99 } as const;

function judgeLatency(check: LatencyCheck, { candidate, baseline }: PassState): CheckResult {
  const evidence = ({ requests, latency }: ArmPass): ArmEvidence => ({
    samples: requests,
    value: requests === 0 ? null : sketchQuantile(latency, QUANTILES[check.metric]),
  });
  return judgeValue({
    check,
    candidate: evidence(candidate),
    baseline: evidence(baseline),
    better: 'lower',
    counted: 'requests',
  });
}

function judgePayload(check: PayloadCheck, { candidate, baseline }: PassState): CheckResult {
  const evidence = ({ payload }: ArmPass): ArmEvidence => ({
    samples: payload?.rows ?? 0,
    value: payload === null ? null : (check.metric === 'request_size' ? payload.sent : payload.received) / payload.rows,
  });
  return judgeValue({
    check,
    candidate: evidence(candidate),
    baseline: evidence(baseline),
    better: 'lower',
    counted: 'rows of the largest batch',
    unknown: 'the driver does not tell sizes',
  });
}
