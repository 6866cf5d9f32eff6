import { DAY_MS, WEEK_MS } from '../domain/duration.js';
import type { ExperimentReport, ExperimentVerdict, IntegrityFinding, MetricEstimate } from '../domain/experiment.js';
import type { ExperimentDesign } from './design.js';

type ExperimentDecision = ExperimentReport['decision'];

/** How far an experiment has come. */
export interface Progress {
  /** Since it began. */
  readonly elapsedMs: number;
  /** What has been read reaches this far. */
  readonly readMs: number;
  /** The planned sample is there. */
  readonly isComplete: boolean;
  /** maxDuration is over. */
  readonly isOver: boolean;
}

export interface Conclusion {
  readonly verdict: ExperimentVerdict;
  readonly decision: ExperimentDecision;
  /** What of the rule led there. */
  readonly why: string;
}

/** A guardrail that is not shown to hold leaves no more than `inconclusive`; one that is broken is `inferior`, whatever the primary metric gains. */
export function overallVerdict(primary: MetricEstimate, guardrails: readonly MetricEstimate[]): ExperimentVerdict {
  if (primary.verdict === 'inferior' || guardrails.some(({ verdict }) => verdict === 'inferior')) return 'inferior';
  return guardrails.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : primary.verdict;
}

/**
 * @param voids findings that allow no verdict
 * @param isNonInferior the primary metric's one-sided bound and all guardrails', for `promote-if-non-inferior`
 */
export function decide(
  verdict: ExperimentVerdict,
  voids: readonly IntegrityFinding[],
  design: ExperimentDesign,
  progress: Progress,
  isNonInferior: boolean,
): Conclusion {
  if (voids.length > 0) return decideVoid(voids, progress);
  if (verdict === 'inferior') return { verdict, decision: 'rollback', why: 'inferior is rolled back' };
  const early = earlyFor(design, progress);
  if (early !== null) return { verdict, decision: 'wait', why: early };
  switch (verdict) {
    case 'superior':
      return { verdict, decision: design.decision.superior, why: `decision.superior is ${design.decision.superior}` };
    case 'non-inferior':
      // Superiority may still show.
      if (!progress.isComplete && !progress.isOver)
        return { verdict, decision: 'wait', why: 'superiority is open until the planned sample is there' };
      return {
        verdict,
        decision: design.decision.nonInferior,
        why: `decision.nonInferior is ${design.decision.nonInferior}`,
      };
    case 'inconclusive':
      return decideInconclusive(design, progress, isNonInferior);
  }
}

/** Whether a fixed horizon has come: the planned sample, at a time that the spec allows, or the end. */
export function isAtHorizon(design: ExperimentDesign, progress: Progress): boolean {
  return progress.isOver || (progress.isComplete && earlyFor(design, progress) === null);
}

function decideVoid(voids: readonly IntegrityFinding[], { isComplete, isOver }: Progress): Conclusion {
  const [first] = voids;
  // What does not vary yet may do so with more units; what is not noted yet will be in a moment.
  const mayPass = !isOver && voids.every(({ code }) => code === 'not-noted' || (code === 'constant' && !isComplete));
  return { verdict: 'inconclusive', decision: mayPass ? 'wait' : 'hold', why: `void: ${first?.reason ?? ''}` };
}

function decideInconclusive(
  { test, decision }: ExperimentDesign,
  { isOver, isComplete }: Progress,
  isNonInferior: boolean,
): Conclusion {
  const verdict = 'inconclusive';
  // A fixed horizon is judged once.
  if (!isOver && !(test === 'fixed' && isComplete)) return { verdict, decision: 'wait', why: 'more units may tell' };
  const rule = `decision.inconclusive is ${decision.inconclusive}`;
  switch (decision.inconclusive) {
    case 'hold':
    case 'rollback':
      return { verdict, decision: decision.inconclusive, why: rule };
    case 'promote-if-non-inferior':
      return isNonInferior
        ? { verdict, decision: 'promote', why: `${rule}, and it is by a one-sided bound` }
        : { verdict, decision: 'hold', why: `${rule}, and that is not shown` };
  }
}

/** Why it is too early for anything but a rollback; null where it is not. */
function earlyFor(
  { minDurationMs, wholeWeeks }: ExperimentDesign,
  { elapsedMs, readMs, isOver }: Progress,
): string | null {
  if (isOver) return null;
  if (elapsedMs < minDurationMs) return `minDuration of ${minDurationMs / DAY_MS} days is not over`;
  if (!wholeWeeks) return null;
  // A look comes some time after the week's end.
  const isWeekEnd = readMs >= WEEK_MS && readMs % WEEK_MS < DAY_MS;
  return isWeekEnd ? null : 'wholeWeeks: decided at the end of a week only';
}
