import type { Evidence } from './verdict.js';

/** Where the queries of one guardrail are, at one weight. */
export interface QueryProgress {
  /** ISO: the first look at this weight. */
  readonly since: string;
  /** ISO: when it was last asked; null: not yet. */
  readonly askedAt: string | null;
  /** Good answers so far. */
  readonly passes: number;
  /** What the last answer came to, which stands until it is asked again. */
  readonly evidence: Evidence | null;
}

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
  /** Of a `query` guardrail. */
  readonly query?: QueryProgress;
}

export const NO_PROGRESS: GuardrailProgress = { failures: 0, inconclusive: 0, errors: 0, looks: [] };

/** By the guardrail's name, as a spec gives each at most once. */
export type ProgressByMetric = Readonly<Record<string, GuardrailProgress>>;
