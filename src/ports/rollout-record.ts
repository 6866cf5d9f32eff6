import type { ExperimentReport } from '../domain/experiment.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';

/** What of a rollout is kept for whoever reads it afterwards, beside its state and its ledger. All writes may be repeated. */
export interface RolloutRecord {
  /** The first one counts. */
  saveSpec(rolloutId: string, spec: RolloutSpec): Promise<void>;
  /** As it was given, defaults filled in; null where it was not kept. */
  spec(rolloutId: string): Promise<RolloutSpec | null>;
  /** One look at its A/B evaluation, by its time. */
  saveExperiment(rolloutId: string, report: ExperimentReport): Promise<void>;
  /** When the newest look that is kept was made, ISO, and what it came to; null before the first. */
  newestExperiment(rolloutId: string): Promise<ExperimentReport | null>;
  /** In order of time. */
  experiments(rolloutId: string): Promise<ExperimentReport[]>;
}
