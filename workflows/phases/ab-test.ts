import { patched } from '@temporalio/workflow';
import type { AbTest } from '../../src/domain/spec/experiment.js';
import { countsUnits, experimentGate, longestMs } from '../experiment.js';
import { leave } from '../passage.js';
import { beginPhase, endPhase, type Run } from '../run.js';
import { isUnattended } from '../shape.js';
import { endGate } from '../waits.js';
import { type StagePlan, withStage } from '../watching.js';
import { awaitEvidence, endOnEvidence } from './await-evidence.js';

/** Both versions side by side until the evaluation has come to what the spec asks for. */
export async function abTestPhase(run: Run): Promise<void> {
  const plan = run.input.spec.phases.abTest;
  if (!plan) return endPhase(run, 'abTest', 'skipped', 'not in the spec');
  if (run.inbox.full) return endPhase(run, 'abTest', 'skipped', `promoted in full by ${run.inbox.full.actor}`);
  beginPhase(run, 'abTest');
  const recordsExposures = patched('exposures-recorded');
  const isMeasured = countsUnits();
  const stage = isMeasured ? measuredStage(run, plan) : earlyStage(plan, recordsExposures);
  const ms = isMeasured ? longestMs(plan, run.input.spec.watch.window) : plan.maxDuration;
  await withStage(run, stage, async () => {
    if (!run.stage?.isPassed)
      await awaitEvidence(run, { ms, note: `A/B verdict on ${plan.primary}` }, 'A/B evaluation');
    endGate(run, stage.title);
    if (run.stage) run.stage.isPassed = true;
    // Its evidence is not asked for again: a decision taken when it was due is what the error rates hold for.
    if (isUnattended()) await leave(run, 'abTest');
    endOnEvidence(run, 'abTest');
  });
}

function measuredStage(run: Run, plan: AbTest): StagePlan {
  const interleaving = plan.interleaving ? { interleaving: plan.interleaving } : {};
  return {
    key: 'abTest',
    title: `A/B ${plan.split} %`,
    exposure: { weightPercent: plan.split, shadowPercent: 0, recordsExposures: true, ...interleaving },
    gate: experimentGate(run, plan),
  };
}

/** Of a rollout that began before units were counted. */
function earlyStage(plan: AbTest, recordsExposures: boolean): StagePlan {
  return {
    key: 'abTest',
    title: `A/B ${plan.split} %`,
    exposure: { weightPercent: plan.split, shadowPercent: 0, recordsExposures },
    gate: { kind: 'abTest', plan, ...(plan.minLabels === undefined ? {} : { minLabels: plan.minLabels }) },
  };
}
