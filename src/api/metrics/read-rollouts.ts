import { hasEnded, type RolloutState } from '../../domain/rollout-state.js';
import type { Route } from '../../domain/route.js';
import type { Store } from '../../ports/store.js';
import { type GaugeSample, secondsOf } from './api-gauges.js';

const MOST_ROLLOUTS = 200;
const MOST_INCIDENTS = 500;

/** Where the newest rollout of each service stands, which routes are wanted, and what is wrong. */
export async function readRollouts(
  store: Pick<Store, 'rollouts' | 'incidents'>,
  routes: readonly Route[],
): Promise<GaugeSample[]> {
  const newest = new Map<string, RolloutState>();
  for (const state of await store.rollouts({ limit: MOST_ROLLOUTS }))
    if (!newest.has(state.service)) newest.set(state.service, state);
  const wanted = routes.map(
    ({ service, epoch }): GaugeSample => ({ name: 'sluice_wanted_route_epoch', labels: { service }, value: epoch }),
  );
  return [...wanted, ...[...newest.values()].flatMap(samplesOf), ...(await incidentSamples(store))];
}

function samplesOf({ service, status, phase, baseline, candidate, weightPercent, startedAt }: RolloutState) {
  const samples: GaugeSample[] = [
    { name: 'sluice_rollout_status', labels: { service, status }, value: 1 },
    { name: 'sluice_rollout_versions', labels: { service, baseline, candidate }, value: 1 },
    { name: 'sluice_rollout_weight_percent', labels: { service }, value: weightPercent },
    { name: 'sluice_rollout_started_timestamp_seconds', labels: { service }, value: secondsOf(startedAt) },
  ];
  if (!hasEnded(status)) samples.push({ name: 'sluice_rollout_phase', labels: { service, phase }, value: 1 });
  return samples;
}

async function incidentSamples({ incidents }: Pick<Store, 'incidents'>): Promise<GaugeSample[]> {
  const counts = new Map<string, GaugeSample>();
  for (const { service, severity } of await incidents.incidents({ active: true, limit: MOST_INCIDENTS })) {
    const key = `${service} ${severity}`;
    const value = (counts.get(key)?.value ?? 0) + 1;
    counts.set(key, { name: 'sluice_incidents_open', labels: { service, severity }, value });
  }
  return [...counts.values()];
}
