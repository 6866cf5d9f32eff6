import type { Scaling } from './spec/scaling.js';

/**
 * How many replicas a weight needs; never fewer than a lower one does.
 * @param weightPercent 0..100; of a shadow, its share of copies
 * @throws {RangeError} outside of that
 */
export function plannedReplicas(
  { replicasAt, percentPerReplica, min, max }: Pick<Scaling, 'replicasAt' | 'percentPerReplica' | 'min' | 'max'>,
  weightPercent: number,
): number {
  if (!(weightPercent >= 0 && weightPercent <= 100)) throw new RangeError(`weight ${weightPercent} is outside 0..100`);
  const wanted =
    percentPerReplica === undefined
      ? (replicasAt?.findLast(({ weight }) => weight <= weightPercent)?.replicas ?? 0)
      : // Without what floating point adds: 1.1 / 0.1 is 11.000000000000002.
        Math.ceil(Number((weightPercent / percentPerReplica).toFixed(9)));
  return Math.min(max, Math.max(min, wanted));
}
