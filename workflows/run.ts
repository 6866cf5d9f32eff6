import { ApplicationFailure, log, workflowInfo } from '@temporalio/workflow';
import { isAsking } from '../src/domain/commands.js';
import type { Decision } from '../src/domain/decision.js';
import type { Phase } from '../src/domain/phase.js';
import { hasEnded, initialState, type RolloutState } from '../src/domain/rollout-state.js';
import type { Route } from '../src/domain/route.js';
import type { Evidence } from '../src/domain/verdict.js';
import type { CarriedRun, Inbox, RolloutInput, Stage, Stop } from './input.js';

/** A rollout in motion: what continue-as-new carries, and what waits to be written down. */
export interface Run {
  readonly input: RolloutInput;
  readonly state: RolloutState;
  readonly inbox: Inbox;
  stage: Stage | null;
  sequence: number;
  /** What is not in the store yet; emptied by the recorder in the background. */
  readonly outbox: { decisions: Decision[]; route: Route | null };
  /** Set when Temporal suggests it; the main loop then continues as new. */
  shouldContinueAsNew: boolean;
}

/** Workflow time as ISO text: the SDK makes `Date` deterministic. */
export const now = () => new Date().toISOString();

export function openRun(input: RolloutInput): Run {
  const { carried } = input;
  const startedAt = workflowInfo().startTime.toISOString();
  return {
    input,
    state: carried?.state ?? initialState(input.rolloutId, input.spec, startedAt),
    inbox: carried?.inbox ?? { seen: [], approval: null, stop: null },
    stage: carried?.stage ?? null,
    sequence: carried?.sequence ?? 0,
    outbox: { decisions: [], route: null },
    shouldContinueAsNew: false,
  };
}

export function carry(run: Run): CarriedRun {
  const { state, inbox, stage, sequence } = run;
  return { state, inbox, stage, sequence };
}

/** Changes the view; every change is one revision, which the store keeps the newest of. */
export function update(run: Run, change: Partial<RolloutState>): void {
  Object.assign(run.state, change);
  touch(run);
}

export function touch(run: Run): void {
  const { state } = run;
  if (!hasEnded(state.status)) state.status = state.paused ? 'paused' : isAsking(state) ? 'waiting' : 'progressing';
  state.updatedAt = now();
  state.revision += 1;
}

/** Writes a line of the ledger. */
export function decide(
  run: Run,
  line: Pick<Decision, 'action' | 'reason'> & Partial<Pick<Decision, 'actor' | 'source' | 'evidence'>>,
): void {
  run.sequence += 1;
  run.outbox.decisions.push({
    rolloutId: run.input.rolloutId,
    sequence: run.sequence,
    at: now(),
    actor: 'sluice',
    source: 'rule',
    evidence: [],
    phase: run.state.phase,
    weightPercent: run.state.weightPercent,
    ...line,
  });
  log.info(`${line.action}: ${line.reason}`);
  touch(run);
}

export function beginPhase(run: Run, phase: Phase): void {
  const progress = run.state.phases[phase];
  if (progress.status !== 'pending') return;
  progress.status = 'running';
  progress.startedAt = now();
  update(run, { phase, reason: `${phase} began` });
}

export function endPhase(
  run: Run,
  phase: Phase,
  status: 'passed' | 'failed' | 'skipped',
  note: string,
  evidence: readonly Evidence[] = [],
): void {
  Object.assign(run.state.phases[phase], { status, endedAt: now(), note });
  if (status === 'passed') decide(run, { action: 'advance', reason: `${phase} passed: ${note}`, evidence });
  else touch(run);
}

/** Ends the rollout by a rule. The first reason to stop counts. */
export function stop(run: Run, why: Pick<Stop, 'outcome' | 'reason' | 'evidence'>): void {
  run.inbox.stop ??= {
    action: why.outcome === 'failed' ? 'fail' : 'rollback',
    actor: 'sluice',
    source: 'rule',
    ...why,
  };
}

/** The message of a failed activity without the SDK's wrapping. */
export function causeOf(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error && !(cause instanceof ApplicationFailure))
    cause = cause.cause;
  return cause instanceof Error ? cause.message : String(cause);
}
