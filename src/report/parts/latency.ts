import { type LatencyDistribution, none, type Part, part } from '../../domain/report.js';
import type { VersionSums } from '../../ports/report-data.js';
import { bucketValue, sketchCount, sketchQuantile } from '../../stats/sketch/latency-sketch.js';
import { leftOut, thin } from '../thin.js';

const MOST_POINTS = 80;
const MOST_VERSIONS = 8;

export function latencyDistributions(sums: readonly VersionSums[]): Part<readonly LatencyDistribution[]> {
  if (sums.length === 0) return none('No request of this rollout has been recorded.');
  const shown = sums.toSorted((a, b) => b.requests - a.requests).slice(0, MOST_VERSIONS);
  return part(shown.map(distributionOf), leftOut(shown.length, sums.length, 'versions'));
}

function distributionOf({ version, arm, requests, errors, latency }: VersionSums): LatencyDistribution {
  const total = sketchCount(latency);
  if (total === 0) return { version, arm, requests, errors, quantiles: null, curve: [] };
  const at = (q: number) => sketchQuantile(latency, q);
  const quantiles = { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
  let seen = 0;
  const curve = Object.entries(latency)
    .map(([index, count]) => [Number(index), count] as const)
    .sort(([a], [b]) => a - b)
    .map(([index, count]) => {
      seen += count;
      return { ms: bucketValue(index), share: seen / total };
    });
  return { version, arm, requests, errors, quantiles, curve: thin(curve, MOST_POINTS) };
}
