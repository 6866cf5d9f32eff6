import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type ArmCounts, type ArmTotals, DURATION_BOUNDS } from './arm-counts.js';
import type { RouteTable } from './route-table.js';

/** `forged` is a prediction id that we did not make: someone tries, or replicas differ in their key. */
export type FeedbackOutcome = 'accepted' | 'rejected' | 'forged';

export interface GatewayMetrics {
  readonly registry: Registry;
  countFallback(service: string): void;
  countShadowDrop(service: string): void;
  countFeedback(kind: string, outcome: FeedbackOutcome, count: number): void;
}

export interface MetricSources {
  readonly routes: RouteTable;
  readonly totals: ArmTotals;
  readonly spoolBytes: () => number;
}

/** Prometheus metrics of one gateway; few labels, all of them from configuration and none from users. */
export function createMetrics({ routes, totals, spoolBytes }: MetricSources): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const fallbacks = new Counter({
    name: 'sluice_gateway_fallbacks_total',
    help: 'Candidate failures answered by the baseline.',
    labelNames: ['service'],
    registers,
  });
  const shadowDrops = new Counter({
    name: 'sluice_gateway_shadow_dropped_total',
    help: 'Shadow copies not sent: queue full.',
    labelNames: ['service'],
    registers,
  });
  const feedback = new Counter({
    name: 'sluice_gateway_feedback_total',
    help: 'Feedback items.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  addRouteGauges(routes, registry);
  addArmMetrics(totals, registry);
  new Gauge({
    name: 'sluice_gateway_spool_bytes',
    help: 'Waiting for the collector.',
    registers,
    collect() {
      this.set(spoolBytes());
    },
  });
  return {
    registry,
    countFallback: (service) => fallbacks.inc({ service }),
    countShadowDrop: (service) => shadowDrops.inc({ service }),
    countFeedback: (kind, outcome, count) => feedback.inc({ kind, outcome }, count),
  };
}

/** Requests, errors and durations are counted where the collector's sums are, and read from there when somebody asks. */
function addArmMetrics(totals: ArmTotals, registry: Registry): void {
  const labelNames = ['service', 'version', 'arm'] as const;
  new Counter({
    name: 'sluice_gateway_requests_total',
    help: 'Predictions answered.',
    labelNames: [...labelNames, 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const counts of totals.byVersion()) {
        this.inc({ ...labelsOf(counts), outcome: 'ok' }, counts.requests - counts.errors);
        this.inc({ ...labelsOf(counts), outcome: 'error' }, counts.errors);
      }
    },
  });
  registry.registerMetric(durationHistogram(totals));
}

/** A histogram whose buckets are counted elsewhere: prom-client's own can only be fed one value at a time. */
function durationHistogram(totals: ArmTotals): Histogram {
  const histogram = new Histogram({
    name: 'sluice_gateway_request_duration_seconds',
    help: 'Until the model server’s answer was complete.',
    registers: [],
  });
  const name = 'sluice_gateway_request_duration_seconds';
  const valuesOf = (counts: ArmCounts) => {
    const labels = labelsOf(counts);
    let sum = 0;
    const buckets = Array.from(counts.durations, (count, i) => {
      sum += count;
      return { metricName: `${name}_bucket`, labels: { le: DURATION_BOUNDS[i] ?? '+Inf', ...labels }, value: sum };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: counts.sumMs / 1000 },
      { metricName: `${name}_count`, labels, value: counts.requests },
    ];
  };
  // Name, help and type, taken before the names below lead to what was counted.
  const shape = histogram.get();
  const get = async () => ({ ...(await shape), values: totals.byVersion().flatMap(valuesOf) });
  // The registry asks by the second name where there is one.
  return Object.assign(histogram, { get, getForPromString: get });
}

function labelsOf({ service, version, arm }: ArmCounts) {
  return { service, version, arm };
}

function addRouteGauges(routes: RouteTable, registry: Registry): void {
  const gauge = (name: string, help: string, value: (route: ReturnType<RouteTable['all']>[number]) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ['service'],
      registers: [registry],
      collect() {
        this.reset();
        for (const applied of routes.all()) {
          const now = value(applied);
          if (now !== null) this.set({ service: applied.route.service }, now);
        }
      },
    });
  gauge('sluice_gateway_route_epoch', 'Epoch of the route in force.', ({ route }) => route.epoch);
  gauge(
    'sluice_gateway_candidate_weight_percent',
    'What the candidate really gets now.',
    (r) => r.effectiveWeightPercent,
  );
  gauge('sluice_gateway_lease_remaining_seconds', 'Until exposure ends by itself.', (r) =>
    r.leaseRemainingMs === null ? null : r.leaseRemainingMs / 1000,
  );
}
