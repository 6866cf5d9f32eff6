import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { Gate, WatchSummary } from '../activities/index.js';
import { type Exposure, guardrailAlpha } from '../src/domain/exposure.js';
import { guardrailName } from '../src/domain/guardrail-name.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import { type Evidence, failingOf, overallVerdict, verdictSignature } from '../src/domain/verdict.js';
import { long } from './activity-proxies.js';
import { dropVoidApprovals } from './approvals.js';
import { beginDuring } from './hooks.js';
import type { Stage, Trial } from './input.js';
import { now, type Run, stop, update } from './run.js';
import { isLong } from './shape.js';
import { currentTrialRoute, expose } from './traffic.js';
import { isMoved, withLacks } from './waits.js';

export interface StagePlan {
  /** Unique within the rollout, for instance `canary:2`. */
  readonly key: string;
  /** For the timeline: `canary 25 %`. */
  readonly title: string;
  readonly exposure: Exposure;
  readonly gate: Gate;
}

/**
 * A stretch of constant traffic: sets it (once, even over continue-as-new), and watches the guardrails for as long as `body`
 * takes, whatever it waits for. A failing guardrail ends the rollout from within; `body` need not look.
 */
export async function withStage<T>(run: Run, plan: StagePlan, body: () => Promise<T>): Promise<T> {
  if (run.stage?.key !== plan.key) {
    await expose(run, plan.exposure, plan.title);
    run.stage = { key: plan.key, enteredAt: now(), gate: null, progress: {} };
    run.trial = trialAfter(run, plan.exposure);
    update(run, { evidence: [], verdict: 'inconclusive' });
  }
  const watching = new CancellationScope();
  const watcher = watching.run(() => watchForever(run, plan));
  const during = beginDuring(run, run.state.phase);
  const gated = async () => {
    const result = await body();
    if (!isMoved(run)) await during.finished();
    return result;
  };
  try {
    return await Promise.race([run.input.spec.hooks ? gated() : body(), watcher]);
  } finally {
    during.end();
    watching.cancel();
    await watcher.catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
  }
}

/** The same weight set again goes on where it was. */
function trialAfter({ trial, state }: Run, { weightPercent }: Exposure): Trial | null {
  if (weightPercent === 0) return trial;
  const from = trial?.weightPercent === weightPercent ? trial.epochs[0] : state.epoch;
  return { weightPercent, epochs: [from, state.epoch], progress: {} };
}

/** Watches window after window; ends only by cancellation or by an error that no retry mends. */
async function watchForever(run: Run, plan: StagePlan): Promise<never> {
  const { spec } = run.input;
  for (;;) {
    // A dead worker must be missed early enough for the next one to renew the lease.
    const options = { summary: `watch ${plan.title}: lease and guardrails`, heartbeatTimeout: spec.watch.lease / 2 };
    const summary = await long.watch.executeWithOptions(options, [
      {
        route: currentTrialRoute(run, plan.exposure),
        guardrails: spec.guardrails,
        alpha: guardrailAlpha(spec),
        gate: plan.gate,
        tickMs: spec.watch.tick,
        windowMs: spec.watch.window,
        progress: run.stage?.progress ?? {},
        known: verdictSignature(run.state.evidence, run.stage?.gate ?? null),
      },
    ]);
    if (run.stage) takeLook(run.stage, run.state.evidence, summary);
    update(run, { evidence: summary.evidence, verdict: overallVerdict(summary.evidence) });
    if (run.state.waiting) update(run, { waiting: withLacks(run, run.state.waiting) });
    dropVoidApprovals(run);
    const failing = failingOf([...summary.evidence, summary.gate]);
    // Whoever set a newer route knows of nothing that goes on here: better no candidate than two masters.
    if (summary.superseded !== null)
      stop(run, {
        outcome: 'rolled-back',
        reason: `traffic was taken over: ${summary.superseded}`,
        evidence: summary.evidence,
        isInstant: true,
        isTakenOver: true,
      });
    if (summary.trip)
      stop(run, {
        outcome: 'rolled-back',
        reason: `brake of ${summary.trip.gatewayId}: ${summary.trip.reason}`,
        evidence: summary.evidence,
        isInstant: true,
      });
    if (failing[0])
      stop(run, {
        outcome: 'rolled-back',
        reason: failing[0].reason,
        evidence: failing,
        ...(isCritical(spec, failing) ? { isInstant: true } : {}),
      });
    if (isLong()) run.shouldContinueAsNew = true;
    // A stopped run is unwound from outside; without this wait the loop would go on watching what is being taken away.
    if (run.inbox.stop || run.shouldContinueAsNew) await condition(() => false);
  }
}

/** A look that says the same as the one before it decides nothing that was not decided then. */
function takeLook(stage: Stage, known: readonly Evidence[], { evidence, gate, progress }: WatchSummary): void {
  const isSame = verdictSignature(known, stage.gate) === verdictSignature(evidence, gate);
  if (!isSame || stage.turn === undefined) stage.turn = [gate, ...evidence];
  Object.assign(stage, { gate, progress });
}

/** Whether one of the metrics that fail must never be let linger. */
function isCritical(spec: RolloutSpec, failing: readonly Evidence[]): boolean {
  return spec.guardrails.some(
    (guardrail) => guardrail.critical === true && failing.some((e) => e.metric === guardrailName(guardrail)),
  );
}
