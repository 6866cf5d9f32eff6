import type { SpendingPlan } from './alpha-spending.js';
import { groupSequentialDesign, LEAST_STEP } from './group-sequential.js';

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
 * Whether the next look is due: the information has grown by one planned step since the last. After a late look the next step may be so near that it could
 * tell nothing new; it waits until it is not. Past the planned end there is no budget left, so nothing is due any more.
 * @param fraction information so far as a share of the planned end; may exceed 1
 */
export function isLookDue({ looks }: LookState, fraction: number, { maxLooks }: LookPlan): boolean {
  const last = looks[looks.length - 1] ?? 0;
  if (last >= 1 || looks.length >= maxLooks) return false;
  // A late look uses up the steps it has skipped: the grid is the plan's, not the last look's.
  const nextStep = (Math.floor(last * maxLooks + 1e-9) + 1) / maxLooks;
  return fraction >= nextStep && informationAt(fraction) - last >= LEAST_STEP;
}

/** Makes a look that is due. @returns the bound on z it has to exceed, and the state to carry on */
export function look(state: LookState, fraction: number, plan: LookPlan): { bound: number; state: LookState } {
  const t = informationAt(fraction);
  return { bound: lastBound([...apart(state.looks), t], plan), state: { looks: [...state.looks, t] } };
}

/** A look so near to the end that none could come after it is the last one, and spends what is left. */
function informationAt(fraction: number): number {
  return fraction > 1 - LEAST_STEP ? 1 : fraction;
}

/** Earlier versions made looks that were too near to the one before: trials that began with them go on as if those had not been. */
function apart(looks: readonly number[]): readonly number[] {
  return looks.filter((t, i) => i === 0 || t - (looks[i - 1] as number) >= LEAST_STEP);
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
