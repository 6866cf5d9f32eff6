import type { GuardrailProgress } from '../domain/guardrail-progress.js';
import type { Guardrail } from '../domain/spec/guardrail.js';
import type { Evidence } from '../domain/verdict.js';

type Limits = Pick<Guardrail, 'critical' | 'failureLimit' | 'inconclusiveLimit' | 'consecutiveErrorLimit'>;

/** Argo Rollouts' default. A guardrail that is not critical waits for its readings until the step's deadline. */
const CRITICAL_ERROR_LIMIT = 4;

/**
 * What one look means after those before it. A failure past the limit is final at this weight, whatever later looks say. Too many looks in
 * a row without a verdict, or without a reading, fail a critical guardrail, and make any other ask a person; they never pass.
 */
export function applyLimits(
  limits: Limits,
  before: GuardrailProgress,
  evidence: Evidence,
  looks: readonly number[],
): { evidence: Evidence; progress: GuardrailProgress } {
  const { failureLimit = 0, critical = false } = limits;
  const errorLimit = limits.consecutiveErrorLimit ?? (critical ? CRITICAL_ERROR_LIMIT : Number.POSITIVE_INFINITY);
  const isError = evidence.rule === 'unreadable';
  const progress: GuardrailProgress = {
    looks,
    failures: before.failures + (evidence.verdict === 'fail' ? 1 : 0),
    inconclusive: evidence.verdict === 'inconclusive' && !isError ? before.inconclusive + 1 : 0,
    errors: isError ? before.errors + 1 : 0,
  };
  const say = (verdict: Evidence['verdict'], why: string, exhausted = false) => ({
    progress,
    evidence: { ...evidence, verdict, reason: `${evidence.reason}; ${why}`, ...(exhausted ? { exhausted } : {}) },
  });
  const tooLong = (why: string) =>
    critical ? say('fail', `${why}, and it is critical`) : say('inconclusive', why, true);

  if (progress.failures > failureLimit)
    return evidence.verdict === 'fail' ? { progress, evidence } : say('fail', 'it failed before at this weight');
  if (evidence.verdict === 'fail')
    return say('inconclusive', `failing look ${progress.failures}, ${failureLimit} are let pass`);
  if (progress.errors > errorLimit) return tooLong(`unreadable ${progress.errors} looks in a row`);
  if (limits.inconclusiveLimit !== undefined && progress.inconclusive > limits.inconclusiveLimit)
    return tooLong(`no verdict for ${progress.inconclusive} looks in a row`);
  return { progress, evidence };
}
