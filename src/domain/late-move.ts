import type { RolloutState } from './rollout-state.js';

/** A rollout that has ended and has a move of an alias left to make. */
export interface LateMove {
  readonly service: string;
  readonly rolloutId: string;
  /** ISO. */
  readonly startedAt: string;
}

type OtherRollout = Pick<RolloutState, 'rolloutId' | 'service' | 'startedAt' | 'phases' | 'weightPercent'>;

/**
 * The newer rollout that an alias belongs to by now, so that a late move would tell of the past; null where there is none. A
 * challenger belongs to whoever came last; a champion stays with the earlier one until the later one's candidate serves all.
 * @param rollouts of any service
 */
export function newerOwner(
  rollouts: readonly OtherRollout[],
  { service, rolloutId, startedAt }: LateMove,
  role: 'champion' | 'challenger',
): string | null {
  const owner = rollouts.find(
    (one) =>
      one.service === service &&
      one.rolloutId !== rolloutId &&
      one.startedAt > startedAt &&
      (role === 'challenger' || (one.phases.cutover.startedAt !== null && one.weightPercent === 100)),
  );
  return owner?.rolloutId ?? null;
}
