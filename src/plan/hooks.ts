import type { Phase } from '../domain/phase.js';
import type { Hook } from '../domain/spec/hooks.js';
import type { PlannedHook } from './rollout-plan.js';

/** Where in the rollout a step stands, as hooks name it. */
export interface Place {
  readonly phase: Phase;
  /** Position among the canary's steps. */
  readonly step?: number;
  readonly isFirst?: boolean;
  readonly isLast?: boolean;
}

/** Hooks that are asked before a step, run during it, or are asked before it is left. */
export function hooksAt(hooks: readonly Hook[], place: Place): PlannedHook[] {
  return hooks.flatMap(({ name, kind, at }) => {
    const when = whenOf(at, place);
    return when === null ? [] : [{ name, kind, when }];
  });
}

function whenOf(at: Hook['at'], { phase, step, isFirst = true, isLast = true }: Place): PlannedHook['when'] | null {
  if ('beforeStep' in at)
    return step !== undefined && (at.beforeStep === 'each' || at.beforeStep === step) ? 'before' : null;
  if ('before' in at) return at.before === phase && isFirst ? 'before' : null;
  if ('after' in at) return at.after === phase && isLast ? 'after' : null;
  return at.during === phase ? 'during' : null;
}
