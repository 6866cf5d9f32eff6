import { DAY_MS } from '../../domain/duration.js';
import { isYesOrNo } from '../../domain/observation.js';
import type { Unit } from '../../domain/quantity.js';
import { none, type Part, type PerformanceSeries, part } from '../../domain/report.js';
import type { MeanBucket, VersionBucket } from '../../ports/report-data.js';
import { sketchCount, sketchQuantile } from '../../stats/sketch/latency-sketch.js';
import { grouped } from '../group.js';

const MOST_POINTS = 150;
const SECOND = 1000;
/** Multiples of the 10 s in which gateways count. */
const WIDTHS = [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800].map((s) => s * SECOND);

/** The narrowest width with which the span has few enough time buckets. */
export function intervalFor(since: string, until: string): number {
  const length = Date.parse(until) - Date.parse(since);
  return WIDTHS.find((width) => length / width <= MOST_POINTS) ?? Math.ceil(length / MOST_POINTS / DAY_MS) * DAY_MS;
}

interface Point {
  readonly metric: string;
  readonly unit: Unit;
  readonly version: string;
  readonly at: string;
  readonly value: number;
  readonly samples: number;
}

const MOST_SERIES = 60;

export function performanceSeries(
  buckets: readonly VersionBucket[],
  means: readonly MeanBucket[],
  intervalMs: number,
): Part<readonly PerformanceSeries[]> {
  const points = [...buckets.flatMap(pointsOf), ...means.map(pointOfMean)];
  const groups = grouped(points, ({ metric, version }) => [metric, version]);
  if (groups.length === 0) return none('Nothing was recorded of the versions in the time of this rollout.');
  const series = groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { metric, unit, version } = first;
    return [
      { metric, unit, version, intervalMs, points: group.map(({ at, value, samples }) => ({ at, value, samples })) },
    ];
  });
  const shown = series.toSorted((a, b) => compare(a.metric, b.metric) || compare(a.version, b.version));
  const note = shown.length > MOST_SERIES ? `${MOST_SERIES} of ${shown.length} series are shown.` : null;
  return part(shown.slice(0, MOST_SERIES), note);
}

function pointsOf({ at, version, requests, errors, latency }: VersionBucket): Point[] {
  const of = (metric: string, unit: Unit, value: number, samples = requests): Point => ({
    metric,
    unit,
    version,
    at,
    value,
    samples,
  });
  const timed = sketchCount(latency);
  const quantiles =
    timed === 0
      ? []
      : ([
          ['latency_p50', 0.5],
          ['latency_p95', 0.95],
          ['latency_p99', 0.99],
        ] as const);
  return [
    of('requests', 'count', requests),
    ...(requests === 0 ? [] : [of('error_rate', 'share', errors / requests)]),
    ...quantiles.map(([metric, q]) => of(metric, 'ms', sketchQuantile(latency, q), timed)),
  ];
}

function pointOfMean({ metric, ...rest }: MeanBucket): Point {
  const isShare = metric === 'accuracy' || isYesOrNo(metric);
  return { ...rest, metric, unit: isShare ? 'share' : null };
}

/** The same order on every machine. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
