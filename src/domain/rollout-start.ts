import type { TrialPhase } from './phase.js';
import type { RolloutSpec } from './spec/rollout-spec.js';

/** Where a new attempt begins. */
export interface StartingPoint {
  readonly phase: TrialPhase;
  /** Of the canary, counted from 0. */
  readonly step: number | null;
}

/** What somebody who starts a rollout asks for. */
export interface RolloutStart {
  readonly rolloutId: string;
  readonly spec: RolloutSpec;
  /** SHA-256 of the spec as JSON: what was asked for, for the ledger. */
  readonly specDigest: string;
  readonly startedBy: string;
  /** Who starts it, proven (src/identity); with `digests` where one statement starts several. */
  readonly statement?: string;
  readonly digests?: readonly string[];
  /** Counted from 1; absent in the first. */
  readonly attempt?: number;
  readonly retryOf?: string;
  /** Where a new attempt begins: what lies before has passed in the one before. */
  readonly from?: StartingPoint;
}

/** `v1 → v2` */
export function versionsOf({ spec }: Pick<RolloutStart, 'spec'>): string {
  return `${spec.baseline.version} → ${spec.candidate.version}`;
}

/** What Temporal shows of a rollout without asking a worker. */
export function labelsOf(start: RolloutStart) {
  const { rolloutId, spec, startedBy } = start;
  const versions = versionsOf(start);
  return {
    memo: { rolloutId, versions, startedBy },
    staticSummary: `${spec.service}: ${versions}`,
    staticDetails: `Rollout \`${rolloutId}\` of **${spec.service}** ${versions}, owned by ${spec.owner}, started by ${startedBy}.`,
  };
}
