/** What an analysis says of a candidate. A reading that could not be taken is an error, and no data is `inconclusive`. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** One arm's share of the evidence. `value` is null where nothing could be computed. */
export interface ArmEvidence {
  readonly samples: number;
  readonly value: number | null;
}

/** What evidence is about, where it is no guardrail: what a stretch of traffic must show before the rollout moves on. */
export type GateKind = 'samples' | 'shadow' | 'abTest';

/**
 * A verdict with the numbers it rests on; small enough for a workflow's history. Whoever shows it carries these numbers as they are: none is
 * computed anew from sums.
 */
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
  /** Absent: it is a guardrail's. */
  readonly gate?: GateKind;
  /** Which look it is of: when it was read, ISO; that of an A/B evaluation is its report's. Absent where there are no looks, and in evidence from before it was kept. */
  readonly at?: string;
  /** The epochs that were read, both inclusive. */
  readonly epochs?: readonly [number, number];
  /** There has been no verdict for longer than the guardrail allows: a person has to decide. */
  readonly exhausted?: boolean;
}

/** The one rule of how several verdicts become one: any `fail` fails, else any `inconclusive` is inconclusive, else pass. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

/** The verdict over all that counts: what is on a dry run is shown, and has no say. */
export function overallVerdict(evidence: readonly Evidence[]): Verdict {
  // A rollout without counted guardrails has nothing to wait for; one whose guardrails have no data yet must not pass.
  return worstVerdict(evidence.filter(({ dryRun }) => !dryRun).map(({ verdict }) => verdict));
}

/** What alone is enough to end a rollout. */
export function failingOf(evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter(({ verdict, dryRun }) => verdict === 'fail' && !dryRun);
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
