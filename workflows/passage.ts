import { patched } from '@temporalio/workflow';
import type { HookMoment } from '../src/domain/hook-moment.js';
import { type Phase, percentIn, phaseAfter } from '../src/domain/phase.js';
import { clearance } from './clearance.js';
import { askHooks } from './hooks.js';
import { isShown, type Run } from './run.js';
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
 * @param again asks once more for the evidence that the move rests on. Hooks, replicas and freezes may have taken days, and what was shown
 * before them need not be so any more
 */
export async function passage(
  run: Run,
  moments: readonly HookMoment[],
  { name, percent }: Move,
  again?: () => Promise<void>,
): Promise<void> {
  for (const moment of moments) {
    if (isMoved(run)) return;
    await askHooks(run, moment);
  }
  if (run.input.spec.scaling && percent !== null) await scaleUp(run, percent);
  let isByGlass = await clearance(run, name);
  while (again && !isByGlass && !isMoved(run) && isStale(run) && patched('evidence-after-holds')) {
    await anew(run, again);
    isByGlass = await clearance(run, name);
  }
}

/** Should it go on in another run meanwhile, that one is to ask first, and not to begin with the passage. */
async function anew({ stage }: Run, again: () => Promise<void>): Promise<void> {
  if (stage) stage.isPassed = false;
  await again();
  if (stage) stage.isPassed = true;
}

/** What had been shown is not shown now, and nobody has decided to go on without it. */
export function isStale(run: Run): boolean {
  return !isShown(run) && !run.inbox.full && !run.stage?.isDecided;
}

/** The end of a phase, by a forward move into the next one that the spec has. */
export async function leave(run: Run, phase: Phase, again?: () => Promise<void>): Promise<void> {
  const next = phaseAfter(run.input.spec.phases, phase);
  const move = { name: `the ${next}`, percent: firstPercent(run, next) };
  await passage(run, [{ after: phase }, ...beginningOf(run, next)], move, again);
}

/** What is asked before a phase begins, wherever the canary does. */
export function beginningOf({ input }: Run, phase: Phase): HookMoment[] {
  const step = { beforeStep: input.from?.step ?? 0 };
  return [{ before: phase }, ...(phase === 'canary' ? [step] : [])];
}

/** What the candidate gets when a phase begins. */
export function firstPercent({ input }: Run, phase: Phase): number | null {
  return percentIn(input.spec.phases, phase, input.from?.step ?? 0);
}
