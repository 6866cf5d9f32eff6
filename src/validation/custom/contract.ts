import type { CheckResult } from '../../domain/validation.js';
import type { Verdict } from '../../domain/verdict.js';
import type { DatasetColumns } from '../../ports/dataset.js';
import type { Prediction, Row } from '../../ports/model-server.js';
import type { AnsweredRow } from '../answered-row.js';

/** What a custom check is told: a module as its argument, an endpoint as the body of a request. */
export interface ValidatorSummary {
  /** The check's name. */
  readonly check: string;
  readonly service: string;
  /** null where the suite runs alone. */
  readonly rolloutId: string | null;
  readonly candidate: ValidatedModel;
  readonly baseline: ValidatedModel;
  /** The check's `with`, as it stands in the spec. */
  readonly with: Readonly<Record<string, unknown>>;
  /** Of the checks before this one. */
  readonly results: readonly CheckResult[];
  readonly columns: DatasetColumns;
  /** Rows of the data set with both answers, as many as the check's `rows`; null where the baseline was not asked. */
  readonly sample: readonly AnsweredRow[];
}

export interface ValidatedModel {
  readonly version: string;
  readonly url: string;
}

/** A model that a module may ask: features in the order of `columns.features`, at most 1,000 rows a call and 1,000 calls in all. */
export interface AskableModel extends ValidatedModel {
  infer(rows: readonly Row[]): Promise<{ readonly predictions: readonly Prediction[]; readonly latencyMs: number }>;
}

export interface ValidatorContext extends ValidatorSummary {
  readonly candidate: AskableModel;
  readonly baseline: AskableModel;
}

/** What a module returns, and what an endpoint answers as JSON. */
export interface ValidatorOutcome {
  readonly verdict: Verdict;
  /** One line with the numbers in it, at most 2,000 characters. */
  readonly reason: string;
  /** The measured number, finite, where there is one. */
  readonly value?: number;
  /** Shown in reports; at most 64 kB of JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Validator = (context: ValidatorContext) => ValidatorOutcome | Promise<ValidatorOutcome>;

/** Gives a module's function its types: `export const validate = defineValidator(async (context) => …)`. */
export function defineValidator(validate: Validator): Validator {
  return validate;
}
