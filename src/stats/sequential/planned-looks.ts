import type { SpendingPlan } from './alpha-spending.js';
import { groupSequentialDesign } from './group-sequential.js';

/**
 * A group-sequential test on its way: which looks were made. Small, plain JSON. The bounds follow from it, so nothing else is kept.
 */
export interface LookState {
  /** Information fractions of the looks made so far. */
  readonly looks: readonly number[];
}

export const NO_LOOKS: LookState = { looks: [] };

export interface LookPlan extends SpendingPlan {
  /** Looks at most, evenly spread over the information. */
  readonly maxLooks: number;
}

/**
 * Whether the next look is due: the information has grown by one planned step since the last. Past the planned end there is no budget
 * left, so nothing is due any more.
 * @param fraction information so far as a share of the planned end; may exceed 1
 */
export function isLookDue({ looks }: LookState, fraction: number, { maxLooks }: LookPlan): boolean {
  const last = looks[looks.length - 1] ?? 0;
  if (last >= 1 || looks.length >= maxLooks) return false;
  // A late look uses up the steps it has skipped: the grid is the plan's, not the last look's.
  const nextStep = (Math.floor(last * maxLooks + 1e-9) + 1) / maxLooks;
  return fraction >= nextStep;
}

/** Makes a look that is due. @returns the bound on z it has to exceed, and the state to carry on */
export function look(state: LookState, fraction: number, plan: LookPlan): { bound: number; state: LookState } {
  const looks = [...state.looks, Math.min(1, fraction)];
  return { bound: lastBound(looks, plan), state: { looks } };
}

/** Guardrails and labels that share a plan ask for the same bound at the same look; a bound takes some milliseconds. */
const KNOWN = new Map<string, number>();
const MOST_KNOWN = 1000;

function lastBound(looks: readonly number[], plan: LookPlan): number {
  const { spending, alpha, sides, phi } = plan;
  const key = [spending, alpha, sides, phi, ...looks].join(' ');
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const { bounds } = groupSequentialDesign(looks, plan);
  const bound = bounds[bounds.length - 1] as number;
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(key, bound);
  return bound;
}
