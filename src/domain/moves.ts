import type { CanaryStep } from './spec/phases.js';

/** How far a canary may be moved by hand: what comes after the next approval is out of reach until it is given. */
export interface Reach {
  /** Steps below this index. */
  readonly beforeStep: number;
  /** The largest weight among them. */
  readonly weightPercent: number;
}

/** @param position the step in progress, counted from 0; null before the canary has begun */
export function reachOf(steps: readonly CanaryStep[], position: number | null): Reach {
  const from = position ?? 0;
  const approval = steps.findIndex((step, index) => index >= from && 'pause' in step && 'approval' in step.pause);
  const beforeStep = approval === -1 ? steps.length : approval;
  const weights = steps.slice(0, beforeStep).map((step) => ('setWeight' in step ? step.setWeight : 0));
  return { beforeStep, weightPercent: Math.max(0, ...weights) };
}

/** Why a canary can't be moved to that step; null where it can. */
export function jumpRefusal(steps: readonly CanaryStep[], position: number | null, step: number): string | null {
  const target = steps[step];
  if (target === undefined) return `there is no step ${step + 1}: the canary has ${steps.length}`;
  if (!('setWeight' in target)) return `step ${step + 1} is a pause; a jump goes to a step that sets a weight`;
  const { beforeStep } = reachOf(steps, position);
  return step < beforeStep ? null : `step ${step + 1} lies behind the approval in step ${beforeStep + 1}`;
}

/** Why a canary can't be given that weight; null where it can. */
export function weightRefusal(steps: readonly CanaryStep[], position: number | null, percent: number): string | null {
  if (!(percent > 0 && percent <= 100) || Math.abs(percent * 100 - Math.round(percent * 100)) > 1e-9)
    return `weight ${percent} is not in 0.01..100 in steps of 0.01`;
  const { weightPercent } = reachOf(steps, position);
  return percent <= weightPercent ? null : `weight ${percent} % is above ${weightPercent} %, the most that is approved`;
}
