import { PHASES } from './phase.js';
import type { StartingPoint } from './rollout-start.js';
import { hasEnded, type RolloutState } from './rollout-state.js';
import type { CanaryStep } from './spec/phases.js';
import type { RolloutSpec } from './spec/rollout-spec.js';

/**
 * When a rollout is through at the earliest: what its waits and bakes still take at least, as if all evidence and every answer came at
 * once. ISO; null once it has ended.
 * @param from where a new attempt begins; what lies before takes no time
 */
export function earliestEnd(
  state: RolloutState,
  spec: RolloutSpec,
  nowMs: number,
  from?: StartingPoint,
): string | null {
  if (hasEnded(state.status)) return null;
  const { waiting } = state;
  if (waiting?.kind === 'rollback') return waiting.until;
  const isFixed = waiting !== null && ['delay', 'bake', 'freeze', 'warm-baseline'].includes(waiting.kind);
  const current = isFixed && waiting.until ? Math.max(0, Date.parse(waiting.until) - nowMs) : 0;
  const isWarm = waiting?.kind === 'warm-baseline';
  const warm = isWarm ? 0 : spec.phases.cutover.keepBaselineWarm;
  return new Date(nowMs + current + stepsLeft(state, spec, from) + warm).toISOString();
}

/** The least time of the steps after the one in progress. */
function stepsLeft({ phases, step }: RolloutState, spec: RolloutSpec, from: StartingPoint | undefined): number {
  if (phases.canary.status !== 'pending' && phases.canary.status !== 'running') return 0;
  if (from && PHASES.indexOf(from.phase) > PHASES.indexOf('canary')) return 0;
  const next = step === null ? beginningAt(spec.phases.canary.steps, from?.step ?? 0) : step + 1;
  const times = spec.phases.canary.steps.slice(next).map((one) => {
    if ('setWeight' in one) return one.bake;
    return 'duration' in one.pause ? one.pause.duration : 0;
  });
  return times.reduce((sum, ms) => sum + ms, 0);
}

/** A pause is part of the weight before it, with which a new attempt begins again. */
function beginningAt(steps: readonly CanaryStep[], from: number): number {
  return Math.max(
    0,
    steps.findLastIndex((step, index) => index <= from && 'setWeight' in step),
  );
}
