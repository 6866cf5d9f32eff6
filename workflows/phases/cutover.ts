import { CancellationScope, condition, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Approval } from '../../src/domain/spec/phases.js';
import type { RolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { promoteAliases } from '../aliases.js';
import { awaitApproval } from '../approvals.js';
import { tellGroup } from '../group/tell-group.js';
import { askHooks } from '../hooks.js';
import { impact } from '../impact.js';
import { passage } from '../passage.js';
import { beginPhase, decide, endPhase, groundsOf, now, type Run, update } from '../run.js';
import { scaleUp } from '../scaling.js';
import { whileServing } from '../serving.js';
import { isUnattended } from '../shape.js';
import { promote } from '../traffic.js';
import { endGate, waitFor } from '../waits.js';
import { withStage } from '../watching.js';
import { awaitEvidence, isAwaited, longestWait } from './await-evidence.js';

/** The switch: the candidate serves all, the baseline stays warm for a while so that the way back is one command long. */
export async function cutoverPhase(run: Run): Promise<void> {
  const { approval, keepBaselineWarm } = run.input.spec.phases.cutover;
  beginPhase(run, 'cutover');
  const isDecided = Boolean(run.inbox.full) || run.stage?.isDecided === true;
  // From here on, only what the cutover itself asks for counts.
  run.inbox.full = null;
  if (run.stage?.key !== 'cutover') {
    if (approval || run.state.paused || run.input.spec.scaling) await gate(run, approval, isDecided);
    await promote(run);
    const grounds = groundsOf(run);
    run.stage = { key: 'cutover', enteredAt: now(), gate: null };
    decide(run, {
      action: 'promote',
      reason: `${run.state.candidate} serves all of ${run.state.service}`,
      evidence: grounds,
    });
    promoteAliases(run);
    tellGroup(run.input.rolloutId);
    await beginImpact(run);
    if (run.input.spec.hooks) await askHooks(run, { after: 'cutover' });
  }
  const note = `${run.state.baseline} stays warm: rollback is one command away`;
  const warm = () =>
    waitFor(run, { kind: 'warm-baseline', ms: keepBaselineWarm, note }, () => Boolean(run.inbox.isFinal));
  if (isUnattended()) await whileServing(run, warm);
  else await warm();
  endPhase(run, 'cutover', 'passed', `${run.state.candidate} serves all`);
}

/**
 * While a person thinks, or replicas start, the weight stays where it is, leased and watched.
 * @param isDecided a person has let it come so far without the evidence: nobody is asked twice
 */
async function gate(run: Run, approval: Approval | undefined, isDecided: boolean): Promise<void> {
  const { weightPercent, shadowPercent } = run.state;
  const stage = {
    key: 'cutover-gate',
    title: `cutover gate at ${weightPercent} %`,
    exposure: { weightPercent, shadowPercent },
    gate: { kind: 'samples', minSamples: 0 },
  } as const;
  const again = async () => {
    const last = run.input.spec.phases.canary.steps.findLast((step) => 'setWeight' in step);
    const ms = last === undefined ? 1 : longestWait(last);
    await awaitEvidence(run, { ms, note: 'evidence before the cutover' }, 'the cutover');
    endGate(run, stage.title);
  };
  await withStage(run, stage, async () => {
    if (run.stage && isDecided) run.stage.isDecided = true;
    if (approval && !run.stage?.isPassed)
      await awaitApproval(run, approval, `approval of the cutover to ${run.state.candidate}`);
    if (!approval && isAwaited(run)) await again();
    if (run.stage) run.stage.isPassed = true;
    if (run.input.spec.scaling) await scaleUp(run, 100);
    if (isUnattended()) await passage(run, [], { name: 'the cutover', percent: null }, approval ? undefined : again);
    else await condition(() => run.state.paused === null);
  });
}

/** Replicas of the baseline outlive the rollout where units are held back on it. */
function scalingOf({ service, baseline, candidate }: RolloutSpec, scaling: NonNullable<RolloutSpec['scaling']>) {
  return { service, baseline, candidate, scaling };
}

/** Goes on after this workflow has ended: its verdict comes days later. */
async function beginImpact(run: Run): Promise<void> {
  const { spec, rolloutId } = run.input;
  const plan = spec.phases.impact;
  if (!plan) return endPhase(run, 'impact', 'skipped', 'not in the spec');
  const workflowId = `impact/${spec.service}/${rolloutId}`;
  // Not even an abort of the rollout ends it: what the cutover did is worth knowing.
  const options = {
    workflowId,
    args: [
      {
        rolloutId,
        service: spec.service,
        plan,
        startedAt: run.state.startedAt,
        cutoverAt: now(),
        candidate: run.state.candidate,
        baseline: run.state.baseline,
        definitions: (spec.metrics ?? []).filter(({ name }) => plan.metrics.includes(name)),
        notify: spec.notify ?? [],
        scaling: spec.scaling === undefined ? null : scalingOf(spec, spec.scaling),
      },
    ],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `Impact of ${spec.service} ${run.state.candidate}`,
  } as const;
  await CancellationScope.nonCancellable(() => startChild(impact, options));
  Object.assign(run.state.phases.impact, {
    status: 'running',
    startedAt: now(),
    note: `goes on as workflow ${workflowId}`,
  });
  update(run, {});
}
