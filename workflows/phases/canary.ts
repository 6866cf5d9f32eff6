import { condition } from '@temporalio/workflow';
import type { CanaryStep } from '../../src/domain/spec/phases.js';
import { beginPhase, decide, endPhase, now, type Run, update } from '../run.js';
import { awaitApproval, bake, endGate } from '../waits.js';
import { withStage } from '../watching.js';
import { awaitEvidence } from './await-evidence.js';

type WeightStep = Extract<CanaryStep, { setWeight: number }>;
type PauseStep = Extract<CanaryStep, { pause: unknown }>;

/** Weight by weight: set, bake, judge, and pause where the spec says so. A pause belongs to the weight before it. */
export async function canaryPhase(run: Run): Promise<void> {
  beginPhase(run, 'canary');
  for (const { step, pauses, index } of stretches(run.input.spec.phases.canary.steps)) {
    // After continue-as-new: the steps before the one in progress are done.
    if (run.state.step !== null && index + pauses.length < run.state.step) continue;
    if (run.inbox.full) break;
    await weightStep(run, step, index, pauses);
  }
  update(run, { step: null });
  endPhase(
    run,
    'canary',
    'passed',
    `${run.state.stepCount} steps, up to ${run.state.weightPercent} %`,
    run.state.evidence,
  );
}

async function weightStep(run: Run, step: WeightStep, index: number, pauses: readonly PauseStep[]): Promise<void> {
  const title = `canary ${step.setWeight} %`;
  if (run.state.step === null || run.state.step < index) update(run, { step: index, reason: title });
  const stage = {
    key: `canary:${index}`,
    title,
    exposure: { weightPercent: step.setWeight, shadowPercent: 0 },
    gate: { kind: 'samples', minSamples: step.minSamples },
  } as const;
  await withStage(run, stage, async () => {
    if (run.state.step === index) await analyse(run, step, title);
    for (const [offset, { pause }] of pauses.entries()) {
      const position = index + 1 + offset;
      if (run.inbox.full) break;
      if (run.state.step !== null && run.state.step > position) continue;
      update(run, { step: position });
      if ('approval' in pause) await awaitApproval(run, pause.approval, `approval at ${step.setWeight} %`);
      else await bake(run, pause.duration, run.state.waiting?.since ?? now(), `pause at ${step.setWeight} %`);
      endGate(run, `pause at ${step.setWeight} %`);
    }
    await condition(() => run.state.paused === null);
    decide(run, { action: 'advance', reason: `${title} passed`, evidence: run.state.evidence });
  });
}

/** The least time first, then as long as the evidence takes; past the deadline a person decides. */
async function analyse(run: Run, step: WeightStep, title: string): Promise<void> {
  await bake(run, step.bake, run.stage?.enteredAt ?? now(), title);
  const deadlineMs = (step.maxDuration ?? 10 * step.bake) - step.bake;
  await awaitEvidence(run, { ms: Math.max(deadlineMs, 1), note: `evidence at ${step.setWeight} %` }, title);
  endGate(run, title);
}

/** Each weight with the pauses that follow it. */
function stretches(steps: readonly CanaryStep[]): { step: WeightStep; index: number; pauses: PauseStep[] }[] {
  const found: { step: WeightStep; index: number; pauses: PauseStep[] }[] = [];
  for (const [index, step] of steps.entries()) {
    if ('setWeight' in step) found.push({ step, index, pauses: [] });
    else found.at(-1)?.pauses.push(step);
  }
  return found;
}
