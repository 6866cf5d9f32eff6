import type { Phase } from './phase.js';
import type { Evidence, Verdict } from './verdict.js';

/** `waiting` needs a person; `paused` was asked for by one; the last four are endings. */
export type RolloutStatus = 'progressing' | 'waiting' | 'paused' | 'promoted' | 'aborted' | 'rolled-back' | 'failed';

export type PhaseStatus = 'pending' | 'running' | 'passed' | 'failed' | 'skipped';

export interface PhaseProgress {
  status: PhaseStatus;
  startedAt: string | null;
  endedAt: string | null;
  /** One line: what it found. */
  note: string;
}

/** What a rollout is waiting for at the moment, and what ends the wait. */
export interface Waiting {
  kind: 'bake' | 'samples' | 'approval' | 'hold' | 'warm-baseline';
  since: string;
  /** When it ends by itself; null where only a person ends it. */
  until: string | null;
  note: string;
}

/** The one view of a rollout: query result, store row and source of the Web UI's details. Plain JSON, no samples. */
export interface RolloutState {
  rolloutId: string;
  service: string;
  owner: string;
  baseline: string;
  candidate: string;
  status: RolloutStatus;
  phase: Phase;
  phases: Record<Phase, PhaseProgress>;
  /** Which canary step, counted from 0; null outside the canary. */
  step: number | null;
  stepCount: number;
  epoch: number;
  weightPercent: number;
  shadowPercent: number;
  waiting: Waiting | null;
  verdict: Verdict;
  evidence: Evidence[];
  /** Why it stands where it stands; on an ending, why it ended so. */
  reason: string;
  startedAt: string;
  updatedAt: string;
  /** Grows with each change of this view; the store keeps the newest. */
  revision: number;
}

export function hasEnded(status: RolloutStatus): boolean {
  return status === 'promoted' || status === 'aborted' || status === 'rolled-back' || status === 'failed';
}
