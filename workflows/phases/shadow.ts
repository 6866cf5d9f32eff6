import { leave } from '../passage.js';
import { beginPhase, endPhase, type Run } from '../run.js';
import { isUnattended } from '../shape.js';
import { endGate } from '../waits.js';
import { withStage } from '../watching.js';
import { awaitEvidence, endOnEvidence } from './await-evidence.js';

/** The candidate answers copies of real requests; its answers are compared and discarded. */
export async function shadowPhase(run: Run): Promise<void> {
  const plan = run.input.spec.phases.shadow;
  if (!plan) return endPhase(run, 'shadow', 'skipped', 'not in the spec');
  beginPhase(run, 'shadow');
  const stage = {
    key: 'shadow',
    title: `shadow ${plan.sample} %`,
    exposure: { weightPercent: 0, shadowPercent: plan.sample },
    gate: { kind: 'shadow', plan },
  } as const;
  const evidence = () =>
    awaitEvidence(run, { ms: plan.maxDuration, note: `${plan.minSamples} mirrored pairs` }, 'shadow');
  await withStage(run, stage, async () => {
    if (!run.stage?.isPassed) await evidence();
    endGate(run, stage.title);
    if (run.stage) run.stage.isPassed = true;
    if (isUnattended()) await leave(run, 'shadow', evidence);
    endOnEvidence(run, 'shadow');
  });
}
