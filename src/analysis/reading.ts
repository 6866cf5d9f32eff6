import type { Evidence } from '../domain/verdict.js';
import { type EvidenceFrame, inconclusive } from './evidence.js';
import { firstLook, type Ruling, type TestPlan } from './sequential-rule.js';

/** What one look at one metric gave: its evidence, and the planned looks made so far. */
export interface Reading {
  readonly evidence: Evidence;
  readonly looks: readonly number[];
}

/** How a guardrail is to be asked at this look. */
export interface Ask {
  /** Error budget, in (0, 1). */
  readonly alpha: number;
  readonly looks: readonly number[];
}

/** What a person reads: the numbers, and what the rule made of them. */
interface Words {
  readonly numbers: string;
  readonly judgement: string;
  /** Candidate minus baseline, in the metric's unit. */
  readonly difference: number;
}

/** The reading of a test that was made. Before the first planned look only a failure is a verdict. */
export function readingOf(frame: EvidenceFrame, plan: TestPlan, ruling: Ruling, words: Words): Reading {
  const { failed, bound, rule, looks } = ruling;
  const first = firstLook(plan.guardrail, looks);
  if (first !== null && !failed)
    return {
      looks,
      evidence: inconclusive(frame, `${words.numbers}; the first planned look is at ${first} samples an arm`),
    };
  const reason = `${frame.metric}: ${words.numbers}; ${words.judgement}`;
  const verdict = failed ? 'fail' : 'pass';
  return { looks, evidence: { ...frame, rule, verdict, reason, difference: words.difference, bound } };
}
