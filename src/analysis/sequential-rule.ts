import type { MetricGuardrail } from '../domain/spec/guardrail.js';
import { oneSidedHalfwidth, twoSidedHalfwidth } from '../stats/sequential/confidence-sequence.js';
import { isLookDue, type LookPlan, look } from '../stats/sequential/planned-looks.js';

/** Confidence sequences are tuned to be sharpest at this many times the guardrail's minimum of samples an arm. */
const TUNING_FACTOR = 50;

/** Share of the budget that watches at every look and past the end of a plan, so that harm which comes late is still seen. */
export const RESERVE = 0.02;

/** How much worse the candidate looks, as a difference of shares, and how sure that is. */
export interface Harm {
  /** Positive is worse. */
  readonly estimate: number;
  /** Of the estimate, without any hypothesis. */
  readonly standardError: number;
  /** How far beyond the margin it is, in standard errors as they are at the margin; negative below it, null where nothing varies. */
  readonly score: { readonly z: number; readonly standardError: number } | null;
  /** Samples on the smaller arm. */
  readonly n: number;
}

/** What the test of one guardrail is asked with. */
export interface TestPlan {
  readonly guardrail: Pick<MetricGuardrail, 'minSamples' | 'sequential'>;
  readonly alpha: number;
  /** 2 where a change either way is harm. */
  readonly sides: 1 | 2;
  /** Harm up to here is allowed, in the unit of `Harm.estimate`. */
  readonly margin: number;
  /** Information fractions of the planned looks made before. */
  readonly looks: readonly number[];
}

export interface Ruling {
  readonly failed: boolean;
  /** Harm is at least this, at the error probability of the rule that decided. */
  readonly bound: number;
  readonly rule: 'confidence-sequence' | 'group-sequential';
  readonly looks: readonly number[];
}

/**
 * Is the harm beyond the margin, at an error probability of `alpha` over all looks together? Where looks are planned, a group-sequential
 * test decides at them; at all other times, and where none are, a confidence sequence. docs/statistics.md says why.
 */
export function rule(plan: TestPlan, harm: Harm): Ruling {
  const { sequential } = plan.guardrail;
  if (!sequential) return alwaysValid(plan, harm, plan.alpha);
  const always = alwaysValid(plan, harm, RESERVE * plan.alpha);
  const lookPlan: LookPlan = {
    spending: sequential.spending,
    alpha: (1 - RESERVE) * plan.alpha,
    sides: plan.sides,
    maxLooks: sequential.looks,
  };
  const fraction = harm.n / sequential.samples;
  if (!isLookDue({ looks: plan.looks }, fraction, lookPlan)) return always;
  const { bound, state } = look({ looks: plan.looks }, fraction, lookPlan);
  if (harm.score === null) return { ...always, rule: 'group-sequential', looks: state.looks };
  return {
    // Also of two sides: the score is of the side that looks worse, and far below zero where nothing has moved.
    failed: harm.score.z > bound || always.failed,
    bound: Math.max(always.bound, harm.estimate - bound * harm.score.standardError),
    rule: 'group-sequential',
    looks: state.looks,
  };
}

function alwaysValid({ guardrail, sides, margin, looks }: TestPlan, harm: Harm, alpha: number): Ruling {
  const halfwidth = sides === 2 ? twoSidedHalfwidth : oneSidedHalfwidth;
  const bound = harm.estimate - halfwidth(harm.standardError, harm.n, alpha, TUNING_FACTOR * guardrail.minSamples);
  return { failed: bound > margin, bound, rule: 'confidence-sequence', looks };
}

/** Samples an arm at the first planned look, while that is still to come; null where none is. */
export function firstLook({ sequential }: TestPlan['guardrail'], looks: readonly number[]): number | null {
  return sequential && looks.length === 0 ? Math.ceil(sequential.samples / sequential.looks) : null;
}
