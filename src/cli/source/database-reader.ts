import { LOCAL } from '../../api/auth/principal.js';
import { summaryOf } from '../../api/summary.js';
import { isAsking } from '../../domain/commands.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import type { RolloutPlace } from '../../ports/rollout-list.js';
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
      // Without an api nobody knows who asks: what waits for anybody is shown as theirs.
      return { items: items.map((listed) => summaryOf(listed, LOCAL)), next };
    },
    rollout: async (id) => stored(await store.rollout(id)),
    newest: async (service) => stored((await store.rollouts({ service, limit: 1 }))[0] ?? null),
    decisions: async (id) => ({ decisions: await store.decisions(id), next: null }),
    route: (service) => store.latestRoute(service),
    close: () => client.close(),
  };
}
