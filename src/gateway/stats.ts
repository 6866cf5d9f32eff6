import type { Trip } from '../domain/route.js';
import { type ArmCounts, type ArmTotals, DURATION_BOUNDS } from './record/arm-counts.js';
import type { RouteTable } from './route-table.js';

/** What one version has done here since this process began. */
export interface VersionStats {
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

/** How each service is routed and what its versions have answered. */
export function statsOf(routes: RouteTable, totals: ArmTotals): { services: ServiceStats[] } {
  const counts = totals.byVersion();
  return {
    services: routes.all().map(({ route, effectiveWeightPercent, effectiveShadowPercent, trip }) => ({
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

function versionStats(counts: ArmCounts): VersionStats {
  const { version, arm, requests, errors, sumMs } = counts;
  const [p50Ms, p99Ms] = [quantileMs(counts, 0.5), quantileMs(counts, 0.99)];
  return { version, arm, requests, errors, meanMs: requests === 0 ? 0 : sumMs / requests, p50Ms, p99Ms };
}

function quantileMs({ durations, requests }: ArmCounts, q: number): number | null {
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
