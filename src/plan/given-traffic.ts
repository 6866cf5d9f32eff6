import type { TrafficForecast, UnitReading } from '../domain/experiment.js';
import { metricNamed } from '../domain/spec/metric-definition.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { isShare, isShareOfUnits } from '../experiment/metric-kind.js';
import type { PlanTraffic } from './traffic.js';

/** What a person says of the traffic; what is left out stays as measured. */
export interface GivenTraffic {
  /** Requests a second. */
  readonly rps?: number | undefined;
  /** Of the baseline, 0..1. */
  readonly errorRate?: number | undefined;
  /** Distinct units that come new each day, for the A/B evaluation. */
  readonly unitsPerDay?: number | undefined;
  /** The primary metric of the A/B evaluation, where that is a share, 0..1. */
  readonly primaryValue?: number | undefined;
}

/** Days of newcomers that an A/B evaluation is planned from: as many each day. */
const FORECAST_DAYS = 14;

/** Traffic as given, over what was measured. */
export function withGiven(traffic: PlanTraffic, spec: RolloutSpec, given: GivenTraffic): PlanTraffic {
  const { rps, errorRate } = given;
  const forecast = forecastOf(spec, given, traffic.forecast);
  return {
    ...traffic,
    ...(rps === undefined ? {} : { source: 'given' as const, requestsPerSecond: rps, byHour: null }),
    ...(errorRate === undefined
      ? {}
      : { shares: { ...traffic.shares, error_rate: { perRequest: 1, value: errorRate } } }),
    forecast,
  };
}

function forecastOf(
  spec: RolloutSpec,
  { unitsPerDay, primaryValue }: GivenTraffic,
  measured: TrafficForecast | null,
): TrafficForecast | null {
  const { abTest } = spec.phases;
  if (!abTest || (unitsPerDay === undefined && primaryValue === undefined)) return measured;
  const unitsByDay =
    unitsPerDay === undefined
      ? (measured?.unitsByDay ?? [])
      : Array.from({ length: FORECAST_DAYS }, (_, day) => unitsPerDay * (day + 1));
  const units = unitsByDay[unitsByDay.length - 1];
  if (units === undefined) return measured;
  const primary = primaryValue === undefined ? measured?.primary : readingOf(spec, units, primaryValue);
  return primary ? { days: unitsByDay.length, unitsByDay, primary } : null;
}

/** Sums as the store would give them, of units of which so many did: only a share's spread follows from its value. */
function readingOf(spec: RolloutSpec, units: number, value: number): UnitReading {
  const metric = metricNamed(spec.phases.abTest?.primary ?? '', spec.metrics);
  if (metric === undefined || !isShare(metric))
    return { kind: 'unreadable', reason: 'only a share can be given: the spread of others must be measured' };
  const [n, yes] = [Math.round(units), Math.round(units * value)];
  const baseline = isShareOfUnits(metric)
    ? { units: n, sums: [yes], products: [[yes]] }
    : {
        units: n,
        sums: [yes, n],
        products: [
          [yes, yes],
          [yes, n],
        ],
      };
  const columns = isShareOfUnits(metric) ? (['value'] as const) : (['value', 'denominator'] as const);
  const zeros = { units: 0, sums: columns.map(() => 0), products: columns.map(() => columns.map(() => 0)) };
  return { kind: 'moments', columns, arms: { baseline, candidate: zeros } };
}
