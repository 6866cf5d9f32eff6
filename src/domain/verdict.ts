/** What an analysis says of a candidate. A reading that could not be taken is an error, and no data is `inconclusive`. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** One arm's share of the evidence. `value` is null where nothing could be computed. */
export interface ArmEvidence {
  readonly samples: number;
  readonly value: number | null;
}

/** A verdict with the numbers it rests on; small enough for a workflow's history. */
export interface Evidence {
  readonly metric: string;
  readonly verdict: Verdict;
  /** One line a person can act on, with the numbers in it. */
  readonly reason: string;
  readonly baseline: ArmEvidence;
  readonly candidate: ArmEvidence;
  /** Candidate minus baseline in the metric's unit, and the bound that the rule compared with the margin. */
  readonly difference: number | null;
  readonly bound: number | null;
  readonly margin: number;
  /** Which rule decided, for instance `confidence-sequence`. */
  readonly rule: string;
  readonly alpha: number;
  /** A dry-run guardrail is judged and shown, and stops nothing. */
  readonly dryRun: boolean;
  /** The part of the traffic that decided, where it was not all of it. */
  readonly segment?: string;
  /** There has been no verdict for longer than the guardrail allows: a person has to decide. */
  readonly exhausted?: boolean;
}

/** The verdict over several: any `fail` fails, else any `inconclusive` is inconclusive, else pass. */
export function overallVerdict(evidence: readonly Evidence[]): Verdict {
  const counted = evidence.filter((e) => !e.dryRun);
  if (counted.some((e) => e.verdict === 'fail')) return 'fail';
  // A rollout without counted guardrails has nothing to wait for; one whose guardrails have no data yet must not pass.
  return counted.every((e) => e.verdict === 'pass') ? 'pass' : 'inconclusive';
}

/** Whether a counted guardrail has been without a verdict for too long. */
export function isExhausted(evidence: readonly Evidence[]): boolean {
  return evidence.some((e) => e.exhausted === true && !e.dryRun);
}

/** Equal for two looks that say the same, whatever their numbers: what decides whether a workflow needs to hear of a look. */
export function verdictSignature(evidence: readonly Evidence[], gate: Evidence | null): string {
  return [...evidence, ...(gate === null ? [] : [gate])]
    .map((e) => `${e.metric}=${e.verdict}${e.exhausted ? '!' : ''}`)
    .join(' ');
}
