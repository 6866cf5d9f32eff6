import { hasEnded } from '../domain/rollout-state.js';
import type { AlertSink } from '../ports/alert-sink.js';
import type { RecordedIncident } from '../ports/incident-store.js';
import type { Store } from '../ports/store.js';
import { alertOfIncident } from './sighting.js';

interface SignalDeps {
  readonly store: Pick<Store, 'incidents' | 'rollouts'>;
  readonly alerts: AlertSink;
}

/**
 * Lets the rollout of the service hear of an incident, and of its end: each rollout once, also one that starts while the incident goes on. Notes are
 * not heard. What the store knows of rollouts may be a little old, so the first one after an ended one counts as another.
 * @throws {SluiceError} TEMPORAL_UNAVAILABLE, STORE_UNAVAILABLE
 */
export async function signalRollout(
  { store, alerts }: SignalDeps,
  { incident, events }: RecordedIncident,
): Promise<void> {
  if (incident.labels['action'] === 'note') return;
  const alert = alertOfIncident(incident);
  const heard = (key: string) => events.some((event) => event.key === key);
  const wasHeard = events.some(({ key }) => key.startsWith('signalled firing '));
  if (alert.status === 'resolved' && !wasHeard) return;
  const [newest] = await store.rollouts({ service: incident.service, limit: 1 });
  const whose = newest === undefined ? 'the first' : `${hasEnded(newest.status) ? 'after ' : ''}${newest.rolloutId}`;
  const key = `signalled ${alert.status} ${whose}`;
  if (heard(key)) return;
  // One that began when it was over has never heard of it.
  if (newest !== undefined && incident.resolved !== null && newest.startedAt > incident.resolved.at) return;
  if ((await alerts.send(incident.service, alert)) === 'no-rollout') return;
  const text = `the rollout of ${incident.service} was told (${alert.status}, ${incident.labels['action'] ?? 'alert'})`;
  await store.incidents.append(incident.id, {
    key,
    kind: 'signalled',
    at: new Date().toISOString(),
    by: 'sluice',
    text,
  });
}
