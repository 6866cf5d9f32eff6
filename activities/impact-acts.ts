import { SluiceError } from '../src/domain/errors.js';
import type { IncidentErrand } from '../src/domain/incident.js';
import { hasEnded, type RolloutState } from '../src/domain/rollout-state.js';
import type { Route } from '../src/domain/route.js';
import { alertOfIncident, sightingOfHarm } from '../src/incidents/sighting.js';
import { errandsDue } from '../src/incidents/telling.js';
import type { Store } from '../src/ports/store.js';
import type { ImpactDeps, ImpactHarm, ImpactLook } from './impact.js';
import { newestRoute } from './newest-route.js';

export interface HarmResult {
  readonly incidentId: string;
  /** What was done. */
  readonly words: string;
  readonly errands: readonly IncidentErrand[];
}

export interface HoldbackResult {
  /** `gone`: it had ended before. `busy`: to be asked again later. */
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
    const running = receipt === 'sent' ? await runningRollout(store, harm.service) : undefined;
    words = `${words}; ${wordsOfSignal(harm.rolloutId, running)}`;
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

/** A rollout that another has followed only notes the signal: nobody may rely on a rollback then. @param running whoever has heard it */
function wordsOfSignal(rolloutId: string, running: RolloutState | undefined): string {
  if (running === undefined) return 'no rollback: the baseline is not warm any more';
  if (running.rolloutId === rolloutId) return 'the rollout was told to go back';
  return `nothing was rolled back: a newer rollout, ${running.rolloutId}, runs and only notes it; a person must act`;
}

/**
 * The rollout that owns the service's traffic now, as the store knows it. One's end is kept before the next one can start, so after a signal was sent, the
 * one found here is the one that has heard it.
 */
async function runningRollout(store: Store, service: string): Promise<RolloutState | undefined> {
  return (await store.rollouts({ service, limit: 5 })).find(({ status }) => !hasEnded(status));
}

export async function endHoldback(
  { store, router }: ImpactDeps,
  { rolloutId, service }: Pick<ImpactLook, 'rolloutId' | 'service'>,
): Promise<HoldbackResult> {
  const gone = { result: 'gone', words: 'nobody is held back any more' } as const;
  const newest = await newestRoute({ router, store }, service, 'nothing');
  if (newest?.rolloutId !== rolloutId) return gone;
  // No gateway answers, and the store has not heard of the cutover yet. Nobody may renew a trial's lease here.
  if (newest.candidate !== null)
    return { result: 'busy', words: 'the holdback waits: nobody knows of the cutover yet' };
  const { holdback, ...rest } = newest;
  const running = holdback && (await runningRollout(store, service));
  if (running)
    return { result: 'busy', words: `the holdback waits: ${running.rolloutId} owns the traffic of ${service}` };
  // An attempt before may have reached some gateways and not the store: those that know the route take it as a repeat, and the others get it.
  const route: Route = holdback ? { ...rest, epoch: newest.epoch + 1 } : newest;
  try {
    await router.apply(route);
    await store.saveRoute(route);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'EPOCH_STALE') throw error;
    return { result: 'busy', words: 'the holdback waits: somebody else moves the traffic' };
  }
  if (!holdback) return gone;
  return {
    result: 'ended',
    words: `the ${holdback.percent} % that were held back meet ${route.baseline.version} now`,
  };
}
