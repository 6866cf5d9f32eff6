import type { AppliedRoute, Trip } from '../domain/route.js';
import { type ArmCounts, type ArmTotals, DURATION_BOUNDS } from './record/arm-counts.js';

/** What one version has done since a process began; counts of several processes add up. */
export type VersionCounts = Pick<ArmCounts, 'service' | 'version' | 'arm' | 'requests' | 'errors' | 'sumMs'> & {
  /** Answers within each of `DURATION_BOUNDS` and not within the one before; last, all longer ones. */
  readonly durations: readonly number[];
};

interface VersionStats {
  readonly version: string;
  readonly arm: string;
  readonly requests: number;
  readonly errors: number;
  readonly meanMs: number;
  /** Within buckets taken to be even, as Prometheus does; null beyond the last bound. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface ServiceStats {
  readonly service: string;
  readonly epoch: number;
  readonly rolloutId: string | null;
  readonly baseline: string;
  readonly candidate: string | null;
  /** In effect. */
  readonly weightPercent: number;
  readonly shadowPercent: number;
  readonly trip: Trip | null;
  readonly versions: readonly VersionStats[];
}

export function countsOf(totals: ArmTotals): VersionCounts[] {
  return totals.byVersion().map(({ service, version, arm, requests, errors, sumMs, durations }) => {
    return { service, version, arm, requests, errors, sumMs, durations: [...durations] };
  });
}

/** One for each service, version and arm. */
export function addCounts(counts: readonly VersionCounts[]): VersionCounts[] {
  const sums = new Map<string, VersionCounts>();
  for (const one of counts) {
    const key = `${one.service} ${one.version} ${one.arm}`;
    const sum = sums.get(key);
    sums.set(
      key,
      sum === undefined
        ? one
        : {
            ...one,
            requests: sum.requests + one.requests,
            errors: sum.errors + one.errors,
            sumMs: sum.sumMs + one.sumMs,
            durations: sum.durations.map((count, i) => count + (one.durations[i] ?? 0)),
          },
    );
  }
  return [...sums.values()];
}

/** How each service is routed and what its versions have answered. */
export function statsOf(
  routes: readonly AppliedRoute[],
  counts: readonly VersionCounts[],
): { services: ServiceStats[] } {
  return {
    services: routes.map(({ route, effectiveWeightPercent, effectiveShadowPercent, trip }) => ({
      service: route.service,
      epoch: route.epoch,
      rolloutId: route.rolloutId,
      baseline: route.baseline.version,
      candidate: route.candidate?.version ?? null,
      weightPercent: effectiveWeightPercent,
      shadowPercent: effectiveShadowPercent,
      trip,
      versions: counts.filter(({ service }) => service === route.service).map(versionStats),
    })),
  };
}

function versionStats(counts: VersionCounts): VersionStats {
  const { version, arm, requests, errors, sumMs } = counts;
  const [p50Ms, p99Ms] = [quantileMs(counts, 0.5), quantileMs(counts, 0.99)];
  return { version, arm, requests, errors, meanMs: requests === 0 ? 0 : sumMs / requests, p50Ms, p99Ms };
}

function quantileMs({ durations, requests }: VersionCounts, q: number): number | null {
  let below = 0;
  for (const [slot, bound] of DURATION_BOUNDS.entries()) {
    const here = durations[slot] ?? 0;
    if (here > 0 && below + here >= q * requests) {
      const start = DURATION_BOUNDS[slot - 1] ?? 0;
      return (start + ((bound - start) * (q * requests - below)) / here) * 1000;
    }
    below += here;
  }
  return null;
}
