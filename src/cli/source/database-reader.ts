import type { RolloutSummary } from '../../api/schema/rollout.js';
import { isAsking } from '../../domain/commands.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import type { ListedRollout, RolloutPlace } from '../../ports/rollout-list.js';
import { specOf } from '../../report/parts/spec.js';
import { openPostgres } from '../../stores/pg-client.js';
import { createSqlStore } from '../../stores/sql-store.js';
import type { StoredRollout, StoreReader } from './store-reader.js';

/** The store without its api. It is read as it is: bringing a schema up to date is nothing for somebody who merely looks. */
export function openDatabaseReader(databaseUrl: string): StoreReader {
  const client = openPostgres(databaseUrl);
  const store = createSqlStore(client);
  const stored = async (state: RolloutState | null): Promise<StoredRollout | null> => {
    if (state === null) return null;
    const spec = specOf(await store.record.spec(state.rolloutId)).data as RolloutSpec | null;
    const path = `/v1/rollouts/${state.rolloutId}`;
    const links = { webUi: null, report: `${path}/report`, reportHtml: `${path}/report.html` };
    return { state: { ...state, spec, links, needsMe: isAsking(state) }, spec, links };
  };
  return {
    async page({ needsMe = false, active = false, ...filter }, limit, cursor) {
      const after = cursor === undefined ? {} : { after: JSON.parse(cursor) as RolloutPlace };
      const items = await store.listed.list({ ...filter, ...after, isAsking: needsMe, isActive: active, limit });
      const last = items.at(-1);
      const isFull = items.length === limit && last !== undefined;
      const next = isFull ? JSON.stringify({ startedAt: last.startedAt, rolloutId: last.rolloutId }) : null;
      return { items: items.map(summaryOf), next };
    },
    rollout: async (id) => stored(await store.rollout(id)),
    newest: async (service) => stored((await store.rollouts({ service, limit: 1 }))[0] ?? null),
    decisions: async (id) => ({ decisions: await store.decisions(id), next: null }),
    route: (service) => store.latestRoute(service),
    close: () => client.close(),
  };
}

/** Without an api nobody knows who asks: what waits for anybody is shown as theirs. */
function summaryOf(listed: ListedRollout): RolloutSummary {
  return {
    rolloutId: listed.rolloutId,
    service: listed.service,
    baseline: listed.baseline,
    candidate: listed.candidate,
    status: listed.status,
    phase: listed.phase,
    step: listed.step,
    stepCount: listed.stepCount,
    weightPercent: listed.weightPercent,
    shadowPercent: listed.shadowPercent,
    verdict: listed.verdict,
    owner: listed.owner,
    waiting: listed.waiting,
    paused: listed.paused,
    startedAt: listed.startedAt,
    updatedAt: listed.updatedAt,
    reason: listed.reason,
    revision: listed.revision,
    approval: listed.approval ?? null,
    eta: listed.eta ?? null,
    needsMe: listed.waiting?.kind === 'approval' || listed.waiting?.kind === 'hold',
  };
}
