import { beginPhase, endPhase, type Run } from '../run.js';
import { hold, waitFor } from '../waits.js';
import { withStage } from '../watching.js';

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
  await withStage(run, stage, async () => {
    const enough = () => run.stage?.gate?.verdict === 'pass' && run.state.verdict === 'pass';
    const note = `${plan.minSamples} mirrored pairs`;
    if (!(await waitFor(run, { kind: 'samples', ms: plan.maxDuration, note }, enough)))
      await hold(run, `shadow is inconclusive: ${inconclusiveReasons(run)}`);
    endPhase(run, 'shadow', 'passed', run.stage?.gate?.reason ?? '', run.state.evidence);
  });
}

/** What the evidence still lacks, in one line. */
export function inconclusiveReasons(run: Run): string {
  const all = [...run.state.evidence, ...(run.stage?.gate ? [run.stage.gate] : [])];
  return (
    all
      .filter((e) => e.verdict === 'inconclusive')
      .map((e) => e.reason)
      .join('; ') || 'nothing was measured'
  );
}
