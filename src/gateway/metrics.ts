import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Observed } from './recorder.js';
import type { RouteTable } from './route-table.js';

/** `forged` is a prediction id that we did not make: someone tries, or replicas differ in their key. */
export type FeedbackOutcome = 'accepted' | 'rejected' | 'forged';

export interface GatewayMetrics {
  readonly registry: Registry;
  observe(observed: Observed): void;
  countFallback(service: string): void;
  countShadowDrop(service: string): void;
  countFeedback(kind: string, outcome: FeedbackOutcome, count: number): void;
}

/** Prometheus metrics of one gateway; few labels, all of them from configuration and none from users. */
export function createMetrics(routes: RouteTable, spoolBytes: () => number): GatewayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const arm = ['service', 'version', 'arm'] as const;
  const requests = new Counter({
    name: 'sluice_gateway_requests_total',
    help: 'Predictions answered.',
    labelNames: [...arm, 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'sluice_gateway_request_duration_seconds',
    help: 'Until the model server’s answer was complete.',
    labelNames: arm,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
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
    observe({ route, arm: who, version, failed, latencyMs }) {
      requests.inc({ service: route.service, version, arm: who, outcome: failed ? 'error' : 'ok' });
      duration.observe({ service: route.service, version, arm: who }, latencyMs / 1000);
    },
    countFallback: (service) => fallbacks.inc({ service }),
    countShadowDrop: (service) => shadowDrops.inc({ service }),
    countFeedback: (kind, outcome, count) => feedback.inc({ kind, outcome }, count),
  };
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
