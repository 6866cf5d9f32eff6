import type { ValidationReport } from '../domain/validation.js';
import type { Verdict } from '../domain/verdict.js';

/** One line of the history. */
export interface ValidationSummary {
  readonly id: string;
  readonly service: string;
  readonly rolloutId: string | null;
  readonly candidate: string;
  readonly baseline: string;
  readonly datasetDigest: string;
  readonly planDigest: string;
  /** ISO. */
  readonly endedAt: string;
  readonly verdict: Verdict;
}

/** Reports of validation suites, kept for ever; and where runs that were cut go on. */
export interface ValidationResults {
  /** The same id again changes nothing. */
  saveReport(report: ValidationReport): Promise<void>;
  report(id: string): Promise<ValidationReport | null>;
  /** Newest first. @param filter.candidate a version's label */
  reports(filter: {
    readonly service: string;
    readonly candidate?: string;
    readonly limit: number;
  }): Promise<ValidationSummary[]>;
  /** Replaces what was kept under the key. @param progress plain JSON, up to some megabytes */
  saveProgress(key: string, progress: unknown): Promise<void>;
  progress(key: string): Promise<unknown>;
  clearProgress(key: string): Promise<void>;
}
