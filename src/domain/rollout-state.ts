import type { OpenApproval } from './approval.js';
import type { PlannedExperiment } from './experiment.js';
import { PHASES, type Phase } from './phase.js';
import type { RolloutModels } from './rollout-models.js';
import type { RolloutSpec } from './spec/rollout-spec.js';
import type { Evidence, Verdict } from './verdict.js';

/** `waiting` needs a person; `paused` was asked for by one; the last four are endings. `failed` never exposed anyone. */
export const ROLLOUT_STATUSES = [
  'progressing',
  'waiting',
  'paused',
  'promoted',
  'aborted',
  'rolled-back',
  'failed',
] as const;
export type RolloutStatus = (typeof ROLLOUT_STATUSES)[number];

export type PhaseStatus = 'pending' | 'running' | 'passed' | 'failed' | 'skipped';

export interface PhaseProgress {
  status: PhaseStatus;
  startedAt: string | null;
  endedAt: string | null;
  /** One line: what it found. */
  note: string;
}

/** A person holds all forward moves. */
export interface Paused {
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
  /** When it ends by itself; absent where only a person ends it. */
  readonly until?: string;
}

/** What a rollout is waiting for at the moment, and what ends the wait. */
export interface Waiting {
  kind:
    | 'delay'
    | 'bake'
    | 'samples'
    | 'approval'
    | 'hold'
    | 'freeze'
    | 'confirm'
    | 'scaling'
    | 'warm-baseline'
    | 'rollback';
  since: string;
  /** When it ends by itself; null where only a person ends it. */
  until: string | null;
  note: string;
  /** Of `samples`: what the newest look of the watch still found missing, at most 300 characters. */
  lacks?: string;
}

/** The one view of a rollout: query result, store row and source of the Web UI's details. Plain JSON, no samples. */
export interface RolloutState {
  rolloutId: string;
  service: string;
  owner: string;
  /** The proven subject of who started it; absent where the name is as given. */
  startedBy?: string;
  baseline: string;
  candidate: string;
  /** How large the A/B evaluation must be; absent where there is none, or it could not be planned. */
  experiment?: PlannedExperiment;
  /** What a registry knows of both; absent where the spec names none, or it has not been asked yet. */
  models?: RolloutModels;
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
  /** Who may approve what it waits for, and who has; null or absent where it waits for no approval by rule. */
  approval?: OpenApproval | null;
  /** Who holds all forward moves, and why; guardrails go on. */
  paused: Paused | null;
  /** A weight set by hand in the step in progress, instead of the step's own. */
  handWeight?: number | null;
  /** When it is through at the earliest, should nothing more be asked of anybody; null once it has ended. */
  eta?: string | null;
  /** What an ending has left to do; goes on by itself. Absent or empty: nothing. */
  pending?: readonly string[];
  /** The rollout that this one is a new attempt of. */
  retryOf?: string;
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

/** The view of a rollout that has just been asked for. */
export function initialState(rolloutId: string, spec: RolloutSpec, at: string): RolloutState {
  return {
    rolloutId,
    service: spec.service,
    owner: spec.owner,
    baseline: spec.baseline.version,
    candidate: spec.candidate.version,
    status: 'progressing',
    phase: 'validation',
    phases: progressOf(() => ({ status: 'pending', startedAt: null, endedAt: null, note: '' })),
    step: null,
    stepCount: spec.phases.canary.steps.length,
    epoch: 0,
    weightPercent: 0,
    shadowPercent: 0,
    waiting: null,
    paused: null,
    verdict: 'inconclusive',
    evidence: [],
    reason: 'started',
    startedAt: at,
    updatedAt: at,
    revision: 0,
  };
}

/** The view of a rollout that may have begun before there were as many phases: it has skipped those it does not know. */
export function withAllPhases(state: RolloutState): RolloutState {
  if (PHASES.every((phase) => phase in state.phases)) return state;
  const skipped = (): PhaseProgress => ({ status: 'skipped', startedAt: null, endedAt: null, note: 'not in the spec' });
  return { ...state, phases: progressOf((phase) => state.phases[phase] ?? skipped()) };
}

function progressOf(progress: (phase: Phase) => PhaseProgress): Record<Phase, PhaseProgress> {
  return Object.fromEntries(PHASES.map((phase) => [phase, progress(phase)])) as Record<Phase, PhaseProgress>;
}
