import type { Protocol } from '../domain/protocol.js';
import type { ModelTarget } from '../domain/route.js';
import type { DatasetSpec } from '../domain/spec/dataset.js';
import type { CheckOf, Validation } from '../domain/spec/validation/index.js';
import type { CheckResult, ValidationReport } from '../domain/validation.js';
import type { Dataset } from '../ports/dataset.js';
import type { ModelServer } from '../ports/model-server.js';
import type { ValidationResults } from '../ports/validation-results.js';
import type { ProbeStage } from './probe-stage.js';

/** What is validated against what. */
export interface SuiteInput {
  /** Of this run: a repeat with the same id goes on where the one before was cut. */
  readonly id: string;
  readonly service: string;
  readonly rolloutId: string | null;
  readonly protocol: Protocol;
  readonly candidate: ModelTarget;
  readonly baseline: ModelTarget;
  readonly plan: Validation;
  /** Of the artifacts, where a registry knows them. */
  readonly digests?: { readonly candidate: string | null; readonly baseline: string | null };
}

export interface SuiteDeps {
  readonly openDataset: (spec: DatasetSpec, signal: AbortSignal) => Promise<Dataset>;
  readonly modelServer: (target: ModelTarget, protocol: Protocol) => ModelServer;
  readonly progress: Pick<ValidationResults, 'saveProgress' | 'progress'>;
  readonly custom: CustomChecks;
  /** How long a model server that is away is waited for. Default: one minute. */
  readonly patienceMs?: number;
}

/** Checks that users bring. */
export interface CustomChecks {
  run(
    check: CheckOf<'custom'>,
    input: SuiteInput,
    soFar: readonly CheckResult[],
    stage: ProbeStage,
  ): Promise<CheckResult>;
}

export interface SuiteWatch {
  readonly signal: AbortSignal;
  /** Called at least every few seconds: that it is alive, and how far it is. */
  readonly beat: (progress: SuiteProgress) => void;
}

export interface SuiteProgress {
  readonly stage: string;
  readonly rows: number;
  readonly of: number | null;
}

export type RunSuite = (input: SuiteInput, deps: SuiteDeps, watch: SuiteWatch) => Promise<ValidationReport>;
