import type { Alert } from '../domain/alert.js';
import type { AlertReceipt, AlertSink } from '../ports/alert-sink.js';
import type { IncidentStore } from '../ports/incident-store.js';
import { sightingOfAlert } from './sighting.js';

/** An alert as it came, with what tells it from others. */
interface ReceivedAlert {
  readonly service: string;
  readonly alert: Alert;
  readonly fingerprint: string;
  readonly startsAt: string;
}

export interface AlertDesk {
  /**
   * Lets the service's rollout hear of an alert, and keeps it as an incident. What was said a moment ago, by whomever, is not said again.
   * @throws {SluiceError} TEMPORAL_UNAVAILABLE, STORE_UNAVAILABLE: whoever sent it sends it again
   */
  take(received: ReceivedAlert): Promise<AlertReceipt>;
}

export interface AlertDeskDeps {
  readonly incidents: IncidentStore;
  readonly sink: AlertSink;
  /** Ms since 1970. */
  readonly now?: () => number;
}

/** A rollout that begins meanwhile hears of what goes on after so long, once it is sent again. */
const REMEMBERED_MS = 60_000;
/** Of a storm of alerts that all differ. */
const MOST_REMEMBERED = 20_000;

/** Ten thousand webhooks about one alert are one incident and one signal. */
export function createAlertDesk({ incidents, sink, now = Date.now }: AlertDeskDeps): AlertDesk {
  const signal = createMemory<AlertReceipt>(now, (receipt) => receipt === 'sent');
  const record = createMemory<unknown>(now, () => true);
  return {
    async take(received) {
      const { service, alert } = received;
      const key = JSON.stringify([service, alert.status, alert.id]);
      // A store that is away keeps no rollout from hearing.
      const [receipt, recorded] = await Promise.allSettled([
        signal(key, () => sink.send(service, alert)),
        record(key, () => keep(incidents, received, now())),
      ]);
      if (receipt.status === 'rejected') throw receipt.reason;
      if (recorded.status === 'rejected') throw recorded.reason;
      return receipt.value;
    },
  };
}

function keep(incidents: IncidentStore, { service, alert, ...when }: ReceivedAlert, nowMs: number): Promise<unknown> {
  const at = new Date(nowMs).toISOString();
  const sighting = sightingOfAlert(service, alert, { ...when, at });
  if (alert.status === 'firing') return incidents.observe(sighting);
  return incidents.end(sighting, { by: 'sluice', reason: 'the alert is resolved', at });
}

/** What is under way or was done a moment ago is shared; what failed, or is not `lasting`, is done again the next time. */
function createMemory<T>(now: () => number, isLasting: (value: T) => boolean) {
  const known = new Map<string, { readonly until: number; readonly result: Promise<T> }>();
  return (key: string, work: () => Promise<T>): Promise<T> => {
    const before = known.get(key);
    if (before !== undefined && before.until > now()) return before.result;
    const result = work();
    const entry = { until: now() + REMEMBERED_MS, result };
    known.delete(key);
    known.set(key, entry);
    const [oldest] = known.keys();
    if (known.size > MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
    const drop = () => void (known.get(key) === entry && known.delete(key));
    result.then((value) => (isLasting(value) ? undefined : drop()), drop);
    return result;
  };
}
