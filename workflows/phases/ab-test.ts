import { patched } from '@temporalio/workflow';
import { passage } from '../passage.js';
import { beginPhase, endPhase, type Run } from '../run.js';
import { isUnattended } from '../shape.js';
import { endGate } from '../waits.js';
import { withStage } from '../watching.js';
import { awaitEvidence } from './await-evidence.js';

/** Both versions side by side until the sample is large enough for a verdict on the primary metric. */
export async function abTestPhase(run: Run): Promise<void> {
  const plan = run.input.spec.phases.abTest;
  if (!plan) return endPhase(run, 'abTest', 'skipped', 'not in the spec');
  if (run.inbox.full) return endPhase(run, 'abTest', 'skipped', `promoted in full by ${run.inbox.full.actor}`);
  beginPhase(run, 'abTest');
  const stage = {
    key: 'abTest',
    title: `A/B ${plan.split} %`,
    exposure: { weightPercent: plan.split, shadowPercent: 0, recordsExposures: patched('exposures-recorded') },
    gate: { kind: 'abTest', plan, ...(plan.minLabels === undefined ? {} : { minLabels: plan.minLabels }) },
  } as const;
  await withStage(run, stage, async () => {
    if (!run.stage?.isPassed)
      await awaitEvidence(run, { ms: plan.maxDuration, note: `A/B verdict on ${plan.primary}` }, 'A/B evaluation');
    endGate(run, stage.title);
    if (run.stage) run.stage.isPassed = true;
    if (isUnattended())
      await passage(run, [{ after: 'abTest' }, { before: 'cutover' }], { name: 'the cutover', percent: null });
    const gate = run.stage?.gate;
    endPhase(run, 'abTest', 'passed', gate?.reason ?? '', [...(gate ? [gate] : []), ...run.state.evidence]);
  });
}
