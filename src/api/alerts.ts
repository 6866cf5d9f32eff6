import type { FastifyInstance } from 'fastify';
import { type Alert, alertFrom } from '../domain/alert.js';
import { serviceName } from '../domain/spec/target.js';
import type { AlertDesk } from '../incidents/alert-desk.js';
import type { AlertReceipt } from '../ports/alert-sink.js';
import type { ReceivedAlert } from './alert-schema.js';
import { takeAlerts } from './endpoints/intake.js';
import { serve } from './serve.js';

/** A label of this name says whose alert it is; the first one counts, since many have a `service` that means something else. */
const SERVICE_LABELS = ['sluice_service', 'service'] as const;

/** Signals on their way at once, so that a storm of alerts is none for Temporal. */
const MOST_AT_ONCE = 20;

/** `no-service-label`: says of no service; `not-a-service`: its label can't be the name of one. */
type AlertOutcome = AlertReceipt | 'no-service-label' | 'not-a-service';

export interface AlertAnswer {
  readonly received: number;
  /** How many of each; what there was none of is absent. */
  readonly outcomes: Partial<Record<AlertOutcome, number>>;
}

/**
 * Brings alerts to the rollouts of their services, and keeps them as incidents. Anything but success is told to Alertmanager by its status: 503 where Temporal or
 * the store can't be reached, and it sends all of them again.
 */
export function alertRoutes(server: FastifyInstance, desk: AlertDesk): void {
  serve(server, takeAlerts, async ({ body: { groupKey, alerts, truncatedAlerts }, request }): Promise<AlertAnswer> => {
    if (truncatedAlerts > 0)
      request.log.warn({ groupKey, truncatedAlerts }, 'Alertmanager left alerts out: max_alerts');
    const outcomes: AlertAnswer['outcomes'] = {};
    for (let from = 0; from < alerts.length; from += MOST_AT_ONCE) {
      const some = alerts.slice(from, from + MOST_AT_ONCE);
      for (const outcome of await Promise.all(some.map((alert) => passOn(desk, alert))))
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    request.log.info({ groupKey, outcomes }, 'alerts passed on');
    return { received: alerts.length, outcomes };
  });
}

async function passOn(desk: AlertDesk, received: ReceivedAlert): Promise<AlertOutcome> {
  const name = SERVICE_LABELS.map((label) => received.labels[label]).find((value) => value !== undefined);
  if (name === undefined) return 'no-service-label';
  if (!serviceName.safeParse(name).success) return 'not-a-service';
  const { fingerprint, startsAt } = received;
  return desk.take({ service: name, alert: alertOf(received), fingerprint, startsAt });
}

/** The same trouble again later starts at another time, and is another alert. */
function alertOf({ fingerprint, startsAt, status, labels, annotations }: ReceivedAlert): Alert {
  const summary = annotations['summary'] ?? annotations['description'] ?? '';
  const alert = { id: `${fingerprint} ${startsAt}`, status, labels, summary };
  // Cut to what a rollout keeps of it, so that no more goes into its history.
  return alertFrom(alert) ?? alert;
}
