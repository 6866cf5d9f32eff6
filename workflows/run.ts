import { ApplicationFailure, log, workflowInfo } from '@temporalio/workflow';
import { isAsking } from '../src/domain/commands.js';
import type { Decision } from '../src/domain/decision.js';
import { earliestEnd } from '../src/domain/eta.js';
import { isWanted, type Notice, noticeOf, noticeOfState } from '../src/domain/notice.js';
import type { Phase } from '../src/domain/phase.js';
import { hasEnded, initialState, type RolloutState, withAllPhases } from '../src/domain/rollout-state.js';
import type { Route } from '../src/domain/route.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Evidence } from '../src/domain/verdict.js';
import { handedOn } from './errands.js';
import type { Aliases, CarriedRun, Errand, Inbox, RolloutInput, Stage, Stop, Trial } from './input.js';
import { lastPortion } from './portion.js';

/** A rollout in motion: what continue-as-new carries, and what waits to be written down. */
export interface Run {
  /** With the defaults of today, also where it began before they were known. */
  readonly input: RolloutInput;
  /** What was asked for, to the letter. */
  readonly givenSpec: RolloutSpec;
  readonly state: RolloutState;
  readonly inbox: Inbox;
  stage: Stage | null;
  /** The newest weight on trial. */
  trial: Trial | null;
  sequence: number;
  /** What is not in the store yet; emptied by the recorder in the background. */
  readonly outbox: { decisions: Decision[]; route: Route | null };
  /** What others have not been told yet, by target. */
  readonly errands: readonly Errand[];
  readonly aliases: Aliases;
  /** Set when Temporal suggests it; the main loop then continues as new. */
  shouldContinueAsNew: boolean;
}

/** Workflow time as ISO text: the SDK makes `Date` deterministic. */
export const now = () => new Date().toISOString();

export function openRun(given: RolloutInput): Run {
  const input = withoutForged(given);
  const { carried } = input;
  const startedAt = workflowInfo().startTime.toISOString();
  return {
    input: { ...input, spec: withDefaults(input.spec) },
    givenSpec: input.spec,
    state: carried
      ? withAllPhases(carried.state)
      : {
          ...initialState(input.rolloutId, input.spec, startedAt),
          ...(input.retryOf === undefined ? {} : { retryOf: input.retryOf }),
        },
    inbox: carried?.inbox ?? { seen: [], approval: null, stop: null },
    stage: carried?.stage ?? null,
    trial: carried?.trial ?? null,
    sequence: carried?.sequence ?? 0,
    outbox: { decisions: [], route: null },
    errands: carried?.errands ?? (input.spec.notify ?? []).map((target) => ({ target, notices: [] })),
    aliases: carried?.aliases ?? { course: null, moves: [] },
    shouldContinueAsNew: false,
  };
}

/** Only a run before this one hands something over: whoever starts a workflow could else name phases as passed that never were. */
function withoutForged({ carried, ...start }: RolloutInput): RolloutInput {
  const isHandedOver = workflowInfo().continuedFromExecutionRunId !== undefined;
  return isHandedOver && carried !== undefined ? { ...start, carried } : start;
}

export function carry(run: Run): CarriedRun {
  const { state, stage, trial, sequence, aliases } = run;
  // A repeat comes soon after, not thousands of commands later.
  const inbox = { ...run.inbox, seen: lastPortion(run.inbox.seen) };
  const carried = { state, inbox, stage, trial, sequence, errands: handedOn(run.errands) };
  return run.input.spec.registry === undefined ? carried : { ...carried, aliases };
}

/** What specs did not have when the first rollouts began; those took any signal and heard no alerts. */
function withDefaults(spec: RolloutSpec): RolloutSpec {
  const rights = { promoteFull: [], breakGlass: [], trustSignals: true };
  const rollback: RolloutSpec['rollback'] = { mode: 'instant', over: 0, alerts: [] };
  return { ...spec, rights: { ...rights, ...spec.rights }, rollback: { ...rollback, ...spec.rollback } };
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
  state.eta = earliestEnd(state, run.input.spec, Date.now(), run.input.from);
  state.revision += 1;
}

/** Writes a line of the ledger. */
export function decide(
  run: Run,
  line: Pick<Decision, 'action' | 'reason'> & Partial<Pick<Decision, 'actor' | 'subject' | 'source' | 'evidence'>>,
): void {
  run.sequence += 1;
  const decision: Decision = {
    rolloutId: run.input.rolloutId,
    sequence: run.sequence,
    at: now(),
    actor: 'sluice',
    source: 'rule',
    evidence: [],
    phase: run.state.phase,
    weightPercent: run.state.weightPercent,
    ...line,
  };
  run.outbox.decisions.push(decision);
  tell(run.errands, noticeOf(decision, run.state));
  log.info(`${line.action}: ${line.reason}`);
  touch(run);
}

/** The newest look, gate first. */
export function newestLook({ stage, state }: Run): readonly Evidence[] {
  return [...(stage?.gate ? [stage.gate] : []), ...state.evidence];
}

/** What the newest look lacks, in one line. */
export function missing(run: Run): string {
  return newestLook(run)
    .filter(({ verdict }) => verdict === 'inconclusive')
    .map(({ reason }) => reason)
    .join('; ');
}

/** Whether guardrails and gate both say pass. */
export function isShown({ stage, state }: Run): boolean {
  return state.verdict === 'pass' && stage?.gate?.verdict === 'pass';
}

/** What a stretch of traffic ends on: the look at which it had shown enough, else the newest. */
export function groundsOf(run: Run): readonly Evidence[] {
  return run.stage?.grounds ?? newestLook(run);
}

/** What lines of the ledger do not say: somebody is asked, or all is over. */
export function tellOfState({ state, errands }: Run): void {
  const notice = noticeOfState(state);
  if (notice !== null) tell(errands, notice);
}

function tell(errands: readonly Errand[], notice: Notice): void {
  for (const { target, notices } of errands) if (isWanted(target, notice)) notices.push(notice);
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
export function stop(run: Run, why: Pick<Stop, 'outcome' | 'reason' | 'evidence' | 'isInstant' | 'isTakenOver'>): void {
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
