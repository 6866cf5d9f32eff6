import { Counter, Gauge, Registry } from 'prom-client';
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
      for (const counts of totals.all()) {
        this.inc({ ...labelsOf(counts), outcome: 'ok' }, counts.requests - counts.errors);
        this.inc({ ...labelsOf(counts), outcome: 'error' }, counts.errors);
      }
    },
  });
  const series = (suffix: string, help: string, values: (counts: ArmCounts) => [Record<string, string>, number][]) =>
    new Counter({
      name: `sluice_gateway_request_duration_seconds${suffix}`,
      help,
      labelNames: suffix === '_bucket' ? [...labelNames, 'le'] : labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const counts of totals.all())
          for (const [labels, value] of values(counts)) this.inc({ ...labelsOf(counts), ...labels }, value);
      },
    });
  // prom-client's histogram can only be fed one value at a time; its three series are counters on the wire.
  series('_bucket', 'Until the model server’s answer was complete.', (counts) => {
    let sum = 0;
    return Array.from(counts.durations, (count, i) => {
      sum += count;
      return [{ le: String(DURATION_BOUNDS[i] ?? '+Inf') }, sum];
    });
  });
  series('_sum', 'Of all answers.', ({ sumMs }) => [[{}, sumMs / 1000]]);
  series('_count', 'Of all answers.', ({ requests }) => [[{}, requests]]);
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
