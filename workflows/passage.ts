import type { HookMoment } from '../src/domain/hook-moment.js';
import { clearance } from './clearance.js';
import { askHooks } from './hooks.js';
import type { Run } from './run.js';
import { isMoved } from './waits.js';

/** From one stretch of traffic to the next: hooks are asked first, and then nothing may hold it. Called where the weight in force is still watched. */
export async function passage(run: Run, moments: readonly HookMoment[], move: string): Promise<void> {
  for (const moment of moments) {
    if (isMoved(run)) return;
    await askHooks(run, moment);
  }
  await clearance(run, move);
}

/** What comes after the canary. */
export function afterCanary({ input }: Run): 'abTest' | 'cutover' {
  return input.spec.phases.abTest ? 'abTest' : 'cutover';
}

/** What is asked before the canary begins, wherever it does. */
export function firstStep({ input }: Run): HookMoment[] {
  return [{ before: 'canary' }, { beforeStep: input.from?.step ?? 0 }];
}
