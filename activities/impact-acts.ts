import { SluiceError } from '../src/domain/errors.js';
import type { IncidentErrand } from '../src/domain/incident.js';
import { hasEnded } from '../src/domain/rollout-state.js';
import type { Route } from '../src/domain/route.js';
import { alertOfIncident, sightingOfHarm } from '../src/incidents/sighting.js';
import { errandsDue } from '../src/incidents/telling.js';
import type { ImpactDeps, ImpactHarm, ImpactLook } from './impact.js';
import { newestRoute } from './newest-route.js';

export interface HarmResult {
  readonly incidentId: string;
  /** What was done. */
  readonly words: string;
  readonly errands: readonly IncidentErrand[];
}

export interface HoldbackResult {
  readonly result: 'ended' | 'gone' | 'busy';
  readonly words: string;
}

const MOST_SILENCES = 200;

export async function actOnHarm({ store, alerts }: ImpactDeps, harm: ImpactHarm): Promise<HarmResult> {
  const at = new Date().toISOString();
  const { incident } = await store.incidents.observe(sightingOfHarm(harm, at));
  let words = `incident ${incident.id} is open`;
  if (harm.isToGoBack) {
    const receipt = await alerts.send(harm.service, alertOfIncident(incident));
    words =
      receipt === 'sent'
        ? `${words}; the rollout was told to go back`
        : `${words}; no rollback: the baseline is not warm any more`;
    await store.incidents.append(incident.id, {
      key: 'impact signalled',
      kind: 'signalled',
      at,
      by: 'sluice',
      text: words,
    });
  }
  const recorded = await store.incidents.incident(incident.id);
  const silences = await store.incidents.silences({ active: true, limit: MOST_SILENCES });
  const errands = recorded === null ? [] : errandsDue(recorded, { notify: [...harm.notify] }, silences, at);
  return { incidentId: incident.id, words, errands };
}

export async function endHoldback(
  { store, router }: ImpactDeps,
  { rolloutId, service }: Pick<ImpactLook, 'rolloutId' | 'service'>,
): Promise<HoldbackResult> {
  const newest = await newestRoute({ router, store }, service, 'nothing');
  if (newest?.rolloutId !== rolloutId || newest.holdback === undefined)
    return { result: 'gone', words: 'nobody is held back any more' };
  const running = (await store.rollouts({ service, limit: 5 })).find(({ status }) => !hasEnded(status));
  if (running)
    return { result: 'busy', words: `the holdback waits: ${running.rolloutId} owns the traffic of ${service}` };
  const { holdback, ...rest } = newest;
  const route: Route = { ...rest, epoch: newest.epoch + 1 };
  try {
    await router.apply(route);
    await store.saveRoute(route);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'EPOCH_STALE') throw error;
    return { result: 'busy', words: 'the holdback waits: somebody else moves the traffic' };
  }
  return {
    result: 'ended',
    words: `the ${holdback.percent} % that were held back meet ${route.baseline.version} now`,
  };
}
