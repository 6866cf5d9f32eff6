import { beginPhase, endPhase, type Run } from '../run.js';
import { hold, waitFor } from '../waits.js';
import { withStage } from '../watching.js';
import { inconclusiveReasons } from './shadow.js';

/** Both versions side by side until the sample is large enough for a verdict on the primary metric. */
export async function abTestPhase(run: Run): Promise<void> {
  const plan = run.input.spec.phases.abTest;
  if (!plan) return endPhase(run, 'abTest', 'skipped', 'not in the spec');
  beginPhase(run, 'abTest');
  const stage = {
    key: 'abTest',
    title: `A/B ${plan.split} %`,
    exposure: { weightPercent: plan.split, shadowPercent: 0 },
    gate: { kind: 'abTest', plan },
  } as const;
  await withStage(run, stage, async () => {
    const passed = () => run.stage?.gate?.verdict === 'pass' && run.state.verdict === 'pass';
    const note = `A/B verdict on ${plan.primary}`;
    if (!(await waitFor(run, { kind: 'samples', ms: plan.maxDuration, note }, passed)))
      await hold(run, `A/B evaluation is inconclusive: ${inconclusiveReasons(run)}`);
    const gate = run.stage?.gate;
    endPhase(run, 'abTest', 'passed', gate?.reason ?? '', [...(gate ? [gate] : []), ...run.state.evidence]);
  });
}
