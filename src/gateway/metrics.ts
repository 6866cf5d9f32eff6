import { Counter, Gauge, Histogram, Registry, type RegistryContentType } from 'prom-client';
import type { FeedbackFault } from './feedback-record.js';
import { type ArmCounts, type ArmTotals, DURATION_BOUNDS } from './record/arm-counts.js';
import type { RouteTable } from './route-table.js';
import type { Upstreams } from './upstream/upstreams.js';

/** `turned-away`: too much waits already, and the sender was told. */
type FeedbackOutcome = 'accepted' | 'late' | 'duplicate' | 'turned-away' | FeedbackFault;
type ForcedOutcome = 'served' | 'unavailable' | 'invalid';

export interface GatewayMetrics {
  readonly registry: Registry<RegistryContentType>;
  countFallback(service: string): void;
  countShadowDrop(service: string): void;
  /** A user left in the middle of an answer. */
  countAbandoned(service: string): void;
  countForced(service: string, outcome: ForcedOutcome): void;
  countTrip(service: string): void;
  countFeedback(kind: string, outcome: FeedbackOutcome, count: number): void;
}

export interface MetricSources {
  readonly routes: RouteTable;
  readonly totals: ArmTotals;
  readonly upstreams: Upstreams;
  readonly spoolBytes: () => number;
  readonly accessLogDropped: () => number;
}

/** Prometheus metrics of one gateway; few labels, all of them from configuration and none from users. */
export function createMetrics({
  routes,
  totals,
  upstreams,
  spoolBytes,
  accessLogDropped,
}: MetricSources): GatewayMetrics {
  const registry = new Registry<RegistryContentType>();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers });
  // Each service from 0 on: an increase from nothing to 1 is none for Prometheus.
  const serviceCounter = (name: string, help: string) =>
    new Counter({
      name,
      help,
      labelNames: ['service'],
      registers,
      collect() {
        for (const { route } of routes.all()) this.inc({ service: route.service }, 0);
      },
    });
  const fallbacks = serviceCounter('sluice_gateway_fallbacks_total', 'Candidate failures answered by the baseline.');
  const shadowDrops = serviceCounter('sluice_gateway_shadow_dropped_total', 'Shadow copies not sent: queue full.');
  const abandoned = serviceCounter('sluice_gateway_abandoned_total', 'Answers that users left in their middle.');
  const forced = counter('sluice_gateway_forced_total', 'Requests with a tester’s token.', ['service', 'outcome']);
  const trips = serviceCounter('sluice_gateway_brake_trips_total', 'Candidates taken out by a brake.');
  const feedback = counter('sluice_gateway_feedback_total', 'Feedback items.', ['kind', 'outcome']);
  addRouteGauges(routes, registry);
  addArmMetrics(totals, registry);
  new Gauge({
    name: 'sluice_gateway_upstream_connections',
    help: 'To each model server; active ones have a request on its way.',
    labelNames: ['origin', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { origin, active, idle } of upstreams.loads()) {
        this.set({ origin, state: 'active' }, active);
        this.set({ origin, state: 'idle' }, idle);
      }
    },
  });
  new Gauge({
    name: 'sluice_gateway_spool_bytes',
    help: 'Waiting for the collector.',
    registers,
    collect() {
      this.set(spoolBytes());
    },
  });
  new Counter({
    name: 'sluice_gateway_access_log_dropped_total',
    help: 'Lines of the access log that are lost: the disk was too slow for them, or refused them.',
    registers,
    collect() {
      this.reset();
      this.inc(accessLogDropped());
    },
  });
  return {
    registry,
    countFallback: (service) => fallbacks.inc({ service }),
    countShadowDrop: (service) => shadowDrops.inc({ service }),
    countAbandoned: (service) => abandoned.inc({ service }),
    countForced: (service, outcome) => forced.inc({ service, outcome }),
    countTrip: (service) => trips.inc({ service }),
    countFeedback: (kind, outcome, count) => feedback.inc({ kind, outcome }, count),
  };
}

/** Requests, errors and durations are counted where the collector's sums are, and read from there when somebody asks. */
function addArmMetrics(totals: ArmTotals, registry: Registry<RegistryContentType>): void {
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
  new Counter({
    name: 'sluice_gateway_predictions_total',
    help: 'Recorded predictions that could be read, by what they said: 50 labels a service at most, the rest as "other".',
    labelNames: [...labelNames, 'label'],
    registers: [registry],
    collect() {
      this.reset();
      for (const counts of totals.byVersion())
        for (const [label, count] of counts.labels) this.inc({ ...labelsOf(counts), label }, count);
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
      const exemplar = exemplarOf(counts.exemplars[i]);
      return {
        metricName: `${name}_bucket`,
        labels: { le: DURATION_BOUNDS[i] ?? '+Inf', ...labels },
        value: sum,
        exemplar,
      };
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

/** One prediction that fell into a bucket: the way from a slow bucket to a recorded request. */
function exemplarOf(found: ArmCounts['exemplars'][number]) {
  if (found === undefined) return null;
  const { predictionId, latencyMs, at } = found;
  return { labelSet: { prediction_id: predictionId }, value: latencyMs / 1000, timestamp: at / 1000 };
}

function labelsOf({ service, version, arm }: ArmCounts) {
  return { service, version, arm };
}

function addRouteGauges(routes: RouteTable, registry: Registry<RegistryContentType>): void {
  const gauge = (name: string, help: string, value: (route: ReturnType<RouteTable['all']>[number]) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ['service'],
      // Workers of one gateway say the same.
      aggregator: 'max',
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
  gauge('sluice_gateway_lease_seconds', 'How long exposure lasts without a renewal.', ({ route }) =>
    route.leaseMs === null ? null : route.leaseMs / 1000,
  );
  gauge('sluice_gateway_lease_remaining_seconds', 'Until exposure ends by itself.', (r) =>
    r.leaseRemainingMs === null ? null : r.leaseRemainingMs / 1000,
  );
}
