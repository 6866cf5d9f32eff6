import type { HookMoment } from '../src/domain/hook-moment.js';
import type { StartingPoint } from '../src/domain/rollout-start.js';
import { clearance } from './clearance.js';
import { askHooks } from './hooks.js';
import type { Run } from './run.js';
import { scaleUp } from './scaling.js';
import { isMoved } from './waits.js';

/** What a forward move leads to. */
export interface Move {
  /** For the timeline: `the canary`. */
  readonly name: string;
  /** The candidate's share of requests or of their copies, after it; null for the cutover, which sees to its own replicas. */
  readonly percent: number | null;
}

/**
 * From one stretch of traffic to the next: hooks are asked first, then there must be enough replicas, and then nothing may hold it.
 * Called where the weight in force is still watched.
 */
export async function passage(run: Run, moments: readonly HookMoment[], { name, percent }: Move): Promise<void> {
  for (const moment of moments) {
    if (isMoved(run)) return;
    await askHooks(run, moment);
  }
  if (run.input.spec.scaling && percent !== null) await scaleUp(run, percent);
  await clearance(run, name);
}

/** What comes after the canary. */
export function afterCanary({ input }: Run): 'abTest' | 'cutover' {
  return input.spec.phases.abTest ? 'abTest' : 'cutover';
}

/** What the candidate gets when a phase begins. */
export function percentIn({ input }: Run, phase: StartingPoint['phase']): number | null {
  const { shadow, canary, abTest } = input.spec.phases;
  if (phase === 'shadow') return shadow?.sample ?? null;
  if (phase === 'abTest') return abTest?.split ?? null;
  const upToThere = canary.steps.slice(0, (input.from?.step ?? 0) + 1);
  return upToThere.findLast((step) => 'setWeight' in step)?.setWeight ?? null;
}

/** What is asked before the canary begins, wherever it does. */
export function firstStep({ input }: Run): HookMoment[] {
  return [{ before: 'canary' }, { beforeStep: input.from?.step ?? 0 }];
}
