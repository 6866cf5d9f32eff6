/**
 * What one guardrail has been through at one weight. Small and plain JSON: it goes from look to look, in heartbeats over a lost worker, and in the
 * workflow's state over continue-as-new.
 */
export interface GuardrailProgress {
  /** Failing looks so far. */
  readonly failures: number;
  /** Looks in a row without a verdict, and looks in a row that could not be read. */
  readonly inconclusive: number;
  readonly errors: number;
  /** Information fractions of the planned looks made so far; empty where none are planned. */
  readonly looks: readonly number[];
}

export const NO_PROGRESS: GuardrailProgress = { failures: 0, inconclusive: 0, errors: 0, looks: [] };

/** By metric, as a spec names each at most once. */
export type ProgressByMetric = Readonly<Record<string, GuardrailProgress>>;
