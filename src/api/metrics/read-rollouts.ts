import { hasEnded } from '../../domain/rollout-state.js';
import type { Route } from '../../domain/route.js';
import type { ListedRollout } from '../../ports/rollout-list.js';
import type { Store } from '../../ports/store.js';
import { type GaugeSample, secondsOf } from './api-gauges.js';

const SERVICES_AT_ONCE = 500;
const MOST_INCIDENTS = 500;

/** Where the newest rollout of each service stands, which routes are wanted, and what is wrong. */
export async function readRollouts(
  store: Pick<Store, 'listed' | 'incidents'>,
  routes: readonly Route[],
): Promise<GaugeSample[]> {
  const newest = await newestOfAll(store);
  const wanted = routes.map(
    ({ service, epoch }): GaugeSample => ({ name: 'sluice_wanted_route_epoch', labels: { service }, value: epoch }),
  );
  return [...wanted, ...newest.flatMap(samplesOf), ...(await incidentSamples(store))];
}

/** By service: among the newest of all, one that runs for weeks would not be. */
async function newestOfAll({ listed }: Pick<Store, 'listed'>): Promise<ListedRollout[]> {
  const newest: ListedRollout[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const services = await listed.services(after, SERVICES_AT_ONCE);
    newest.push(...(await listed.newestOf(services)));
    after = services.length < SERVICES_AT_ONCE ? undefined : services.at(-1);
  }
  return newest;
}

function samplesOf({ service, status, phase, baseline, candidate, weightPercent, startedAt }: ListedRollout) {
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
