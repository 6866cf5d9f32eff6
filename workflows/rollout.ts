import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
} from '@temporalio/workflow';
import { PHASES, type Phase, phaseAfter, RUN_PHASES, type RunPhase, TRIAL_PHASES } from '../src/domain/phase.js';
import { hasEnded, type RolloutState } from '../src/domain/rollout-state.js';
import { keepAliases, returnAliases } from './aliases.js';
import { handleMessages } from './handlers.js';
import { askHooks } from './hooks.js';
import type { RolloutInput } from './input.js';
import { handOver, tellOthers } from './notices.js';
import { beginningOf, firstPercent, passage } from './passage.js';
import { abTestPhase } from './phases/ab-test.js';
import { canaryPhase } from './phases/canary.js';
import { cutoverPhase } from './phases/cutover.js';
import { shadowPhase } from './phases/shadow.js';
import { validationPhase } from './phases/validation.js';
import { watchProgress } from './progress-deadline.js';
import { publishChanges } from './publish.js';
import { carry, causeOf, decide, endPhase, openRun, type Run, stop, tellOfState, touch, update } from './run.js';
import { scaleDownLoser } from './scaling.js';
import { isUnattended } from './shape.js';
import { checkTarget, descend, restoreBaseline } from './traffic.js';

const CALLED_OFF = 'the workflow was cancelled';

const RUNNERS: Readonly<Record<RunPhase, (run: Run) => Promise<void>>> = {
  validation: validationPhase,
  shadow: shadowPhase,
  canary: canaryPhase,
  abTest: abTestPhase,
  cutover: cutoverPhase,
};

/**
 * One rollout of a model version, from validation to cutover. Every exit leaves traffic in a known place: the candidate serves
 * all, or the baseline does. An expected bad ending is a returned state, not a failed workflow.
 */
export async function rollout(input: RolloutInput): Promise<RolloutState> {
  const run = openRun(input);
  const { flushed } = publishChanges(run);
  tellOthers(run);
  if (input.spec.registry) keepAliases(run);
  if (!run.input.carried)
    decide(run, {
      action: 'start',
      actor: input.startedBy,
      source: 'client',
      reason: `${run.state.baseline} -> ${run.state.candidate}, spec ${input.specDigest}`,
    });
  handleMessages(run);

  const phases = new CancellationScope();
  const finished = phases.run(() => runPhases(run));
  void phases.run(() => watchProgress(run)).catch(() => undefined);
  try {
    await Promise.race([finished, condition(() => run.inbox.stop !== null || run.shouldContinueAsNew)]);
  } catch (error) {
    stopFor(run, isCancellation(error) ? CALLED_OFF : causeOf(error));
  }
  if (run.inbox.stop !== null) {
    // Weights first, whatever else goes on. In the same task the work of the phases is called off: a watch that was lost with its worker must not come
    // back and renew the lease of what is being taken away.
    const back = CancellationScope.nonCancellable(() => rollBack(run));
    if (isUnattended()) phases.cancel();
    await back;
  }
  phases.cancel();
  await finished.catch(() => undefined);
  if (run.shouldContinueAsNew && !hasEnded(run.state.status)) await stoppedOr(run, flushed);

  await CancellationScope.nonCancellable(async () => {
    if (!hasEnded(run.state.status) && !run.shouldContinueAsNew)
      update(run, { status: 'promoted', reason: `${run.state.candidate} serves all of ${run.state.service}` });
    if (hasEnded(run.state.status) && isUnattended()) await finish(run);
    await flushed();
    await condition(allHandlersFinished);
  });
  if (hasEnded(run.state.status)) return run.state;
  // Whoever cancelled this run in its last moments meant the next one as well, which would not hear of it.
  if (CancellationScope.current().consideredCancelled) stopFor(run, CALLED_OFF);
  return continueAsNew<typeof rollout>({ ...input, carried: carry(run) });
}

/** The store may be away for long before this run can hand over: whoever wants back meanwhile does not wait for it. */
async function stoppedOr(run: Run, flushed: () => Promise<void>): Promise<void> {
  try {
    await Promise.race([flushed(), condition(() => run.inbox.stop !== null)]);
  } catch (error) {
    stopFor(run, isCancellation(error) ? CALLED_OFF : causeOf(error));
  }
  if (run.inbox.stop !== null && patched('stop-before-handing-over'))
    await CancellationScope.nonCancellable(() => rollBack(run));
}

/** Of its own accord: where somebody has met the candidate, that is a way back. */
function stopFor(run: Run, why: string): void {
  const exposed = run.state.epoch > 0 && run.state.phases.validation.status === 'passed';
  stop(run, {
    outcome: exposed ? 'rolled-back' : 'failed',
    reason: `${run.state.phase}: ${why}`,
    evidence: run.state.evidence,
  });
}

async function runPhases(run: Run): Promise<void> {
  for (const phase of RUN_PHASES) {
    if (isPassedBefore(run, phase)) endPhase(run, phase, 'skipped', `passed in ${run.input.retryOf}`);
    const { status } = run.state.phases[phase];
    if (phase === 'validation' && status === 'pending' && run.input.spec.hooks)
      await askHooks(run, { before: 'validation' });
    if (status === 'pending' || status === 'running') await RUNNERS[phase](run);
    // A phase that asked for a stop must not be followed by the next one.
    if (run.inbox.stop !== null) return condition(() => false);
    if (phase === 'validation' && !isUnderTrial(run) && isUnattended()) await beforeExposure(run);
  }
}

/** Whether anybody has met the candidate, or a copy of their request has. */
function isUnderTrial({ state: { phases } }: Run): boolean {
  return [...TRIAL_PHASES, 'cutover' as const].some(
    (phase) => phases[phase].status === 'running' || phases[phase].status === 'passed',
  );
}

/** The first users are a forward move as well. */
async function beforeExposure(run: Run): Promise<void> {
  const { from, spec } = run.input;
  const next = from?.phase ?? phaseAfter(spec.phases, 'validation');
  await passage(run, [{ after: 'validation' }, ...beginningOf(run, next)], {
    name: `${run.state.candidate}'s first traffic`,
    percent: firstPercent(run, next),
  });
}

/** A new attempt begins where the one before ended. */
function isPassedBefore({ input, state }: Run, phase: Phase): boolean {
  if (!input.from || phase === 'validation' || state.phases[phase].status !== 'pending') return false;
  return PHASES.indexOf(phase) < PHASES.indexOf(input.from.phase);
}

async function rollBack(run: Run): Promise<void> {
  const { stop: why } = run.inbox;
  if (why === null) return;
  const exposed = run.state.phases.validation.status === 'passed';
  const isByRule = why.source === 'rule' && why.isInstant !== true;
  if (exposed && isByRule && run.input.spec.rollback.mode === 'gradual') await descend(run);
  if (exposed) await restoreBaseline(run);
  Object.assign(run.state.phases[run.state.phase], {
    status: 'failed',
    endedAt: run.state.updatedAt,
    note: why.reason,
  });
  const { action, actor, source, reason, evidence, outcome, subject } = why;
  const approval = run.state.approval ? { approval: null } : {};
  update(run, { status: outcome, reason, waiting: null, paused: null, ...approval });
  decide(run, { action, actor, source, reason, evidence, ...(subject === undefined ? {} : { subject }) });
  returnAliases(run);
  touch(run);
}

/** What an ending has left to do once traffic is where it belongs. */
async function finish(run: Run): Promise<void> {
  const wentBack = run.state.epoch > 0 && run.state.status !== 'promoted';
  if (wentBack && run.state.phases.validation.status === 'passed') await checkTarget(run);
  tellOfState(run);
  if (run.input.spec.scaling) await scaleDownLoser(run);
  await handOver(run);
}
