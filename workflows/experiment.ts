import { isCancellation, patched } from '@temporalio/workflow';
import type { Gate } from '../activities/index.js';
import type { AbTest } from '../src/domain/spec/experiment.js';
import { limited } from './activity-proxies.js';
import { causeOf, decide, type Run, stop, update } from './run.js';

/** Whether the A/B evaluation counts exposed units, as it was planned; one that began before goes on with predictions. */
export function countsUnits(): boolean {
  return patched('experiments');
}

/**
 * How large the evaluation must be, from the traffic of before. One that can't reach its power in the time given ends the rollout while nobody
 * has met the candidate, where the spec asks for that.
 */
export async function planAhead(run: Run, plan: AbTest): Promise<void> {
  const { service, metrics = [] } = run.input.spec;
  const options = { summary: `how long does it take to measure ${plan.primary}?` };
  const asked = limited.planExperiment.executeWithOptions(options, [{ service, plan, metrics }]);
  const planned = await asked.catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return causeOf(error);
  });
  if (typeof planned === 'string') return notPlanned(run, plan, planned);
  const { neededPerArm, tuning, days, refusal, warning, reason } = planned;
  update(run, { experiment: { neededPerArm, tuning, days } });
  decide(run, { action: 'plan', reason: refusal ?? warning ?? reason });
  if (refusal !== null) refuse(run, refusal);
}

/** Nobody could say: that is no reason to stop, unless the spec wants to know first. */
function notPlanned(run: Run, { planning }: AbTest, why: string): void {
  decide(run, { action: 'plan', reason: `the A/B evaluation could not be planned: ${why}` });
  if (planning !== undefined && planning.refuse !== false) refuse(run, why);
}

function refuse(run: Run, why: string): void {
  stop(run, { outcome: 'failed', reason: `A/B evaluation: ${why}`, evidence: [] });
}

/** What is to be shown before the evaluation may end. */
export function experimentGate({ input, state }: Run, plan: AbTest): Gate {
  const experiment = {
    metrics: input.spec.metrics ?? [],
    since: state.phases.abTest.startedAt ?? state.startedAt,
    planned: state.experiment ?? null,
  };
  return { kind: 'abTest', plan, experiment, ...(plan.minLabels === undefined ? {} : { minLabels: plan.minLabels }) };
}

/** The watch says what the spec makes of it in the end; only where it says nothing does the workflow itself ask a person. */
export function longestMs(plan: AbTest, windowMs: number): number {
  return plan.maxDuration + 3 * windowMs + 60_000;
}
