import { cutText } from '../../domain/cut-text.js';
import type { CheckLimits, CheckResult } from '../../domain/validation.js';
import type { ArmEvidence } from '../../domain/verdict.js';
import type { MeasuredValue } from '../judge-value.js';
import { judgeValue } from '../judge-value.js';

/** How many of the rows that could be asked were as they should be. */
export interface MeasuredShare {
  readonly good: number;
  readonly counted: number;
  /** Why rows were not counted. */
  readonly unknown: string | null;
  /** For the reason: what else was seen. */
  readonly notes: readonly string[];
  /** Some of the others. Flat. */
  readonly examples: readonly Readonly<Record<string, string | number>>[];
}

export const MOST_EXAMPLES = 5;
const LONGEST_REASON = 200;

function shareEvidence({ good, counted }: MeasuredShare): ArmEvidence {
  return { samples: counted, value: counted === 0 ? null : good / counted };
}

/** A share of rows as the result of its check. More is better. */
export function judgeShare(
  check: MeasuredValue['check'],
  candidate: MeasuredShare,
  { limits, baseline }: { limits: CheckLimits; baseline?: MeasuredShare | null },
): CheckResult {
  const { unknown, notes, examples } = candidate;
  const judged = judgeValue({
    check,
    candidate: shareEvidence(candidate),
    ...(baseline ? { baseline: shareEvidence(baseline) } : {}),
    better: 'higher',
    limits,
    ...(unknown === null ? {} : { unknown }),
    ...(examples.length === 0 ? {} : { details: { examples } }),
  });
  const ofBaseline = (baseline?.notes ?? []).map((note) => `baseline: ${note}`);
  return withNotes(judged, [...notes, ...ofBaseline]);
}

export function withNotes(result: CheckResult, notes: readonly string[]): CheckResult {
  return notes.length === 0 ? result : { ...result, reason: [result.reason, ...notes].join('; ') };
}

export function shortReason(reason: string, longest = LONGEST_REASON): string {
  return cutText(reason, longest);
}
