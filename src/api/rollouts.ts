import type { FastifyInstance } from 'fastify';
import { workflowIdOf } from '../client/workflow-ids.js';
import { SluiceError } from '../domain/errors.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import type { ListedRollout, RolloutFilter, RolloutPlace } from '../ports/rollout-list.js';
import type { Store } from '../ports/store.js';
import { specOf } from '../report/parts/spec.js';
import type { Principal } from './auth/principal.js';
import { getRollout, listDecisions, listRollouts } from './endpoints/rollouts.js';
import { decodeCursor, encodeCursor, type Page } from './page-of.js';
import type { RolloutDetail } from './schema/rollout.js';
import { serve } from './serve.js';
import { needs, summaryOf } from './summary.js';

/** Temporal's Web UI, and the namespace that rollouts run in. */
export interface WebUi {
  readonly url: string;
  readonly namespace: string;
}

/** What the store knows of rollouts; answers while neither worker nor Temporal runs. */
export function rolloutRoutes(server: FastifyInstance, store: Store, webUi: WebUi | null): void {
  serve(server, listRollouts, async ({ query, who }) => {
    const { cursor, limit, needsMe, active, service, status, search } = query;
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const filter = { service, status, search, isAsking: needsMe, isActive: active };
    const { items, next } = await pageFor(store, { ...filter, after, limit }, needsMe ? who : null);
    return { items: items.map((one) => summaryOf(one, who)), next };
  });

  serve(server, getRollout, async ({ params: { rolloutId }, who }) => {
    const state = await stateOf(store, rolloutId);
    return detailOf(state, await store.record.spec(rolloutId), who, webUi);
  });

  serve(server, listDecisions, async ({ params: { rolloutId }, query: { limit, cursor } }) => {
    const after = cursor === undefined ? 0 : decodeCursor(cursor, ['number'])[0];
    const found = await store.listed.decisions(rolloutId, after, limit + 1);
    // The first decision is recorded before the first view: only a rollout without either is unknown.
    if (found.length === 0 && after === 0) await stateOf(store, rolloutId);
    const decisions = found.slice(0, limit);
    const last = decisions.at(-1);
    return { decisions, next: found.length > limit && last ? encodeCursor([last.sequence]) : null };
  });
}

/** @throws {SluiceError} NOT_FOUND */
export async function stateOf(store: Pick<Store, 'rollout'>, rolloutId: string): Promise<RolloutState> {
  const state = await store.rollout(rolloutId);
  if (state === null) throw new SluiceError('NOT_FOUND', `no rollout ${rolloutId} is recorded`);
  return state;
}

function placeOf(cursor: string): RolloutPlace {
  const [startedAt, rolloutId] = decodeCursor(cursor, ['string', 'string']);
  if (Number.isNaN(Date.parse(startedAt))) throw new SluiceError('USAGE', 'cursor: expected the `next` of an answer');
  return { startedAt: new Date(startedAt).toISOString(), rolloutId };
}

/** How many of those that wait for somebody are looked at for one page of those that wait for this one. */
const MOST_LOOKED_AT = 10_000;
const AT_ONCE = 500;

/** @param who only what waits for them; null: all */
async function pageFor(
  { listed }: Pick<Store, 'listed'>,
  filter: RolloutFilter,
  who: Principal | null,
): Promise<Page<ListedRollout>> {
  const { limit } = filter;
  const found: ListedRollout[] = [];
  let { after } = filter;
  for (let seen = 0; seen < MOST_LOOKED_AT; ) {
    const most = who === null ? limit + 1 : AT_ONCE;
    const some = await listed.list({ ...filter, after, limit: most });
    seen += some.length;
    found.push(...(who === null ? some : some.filter((one) => needs(one, who))));
    after = some.at(-1);
    if (some.length < most || found.length > limit) return cut(found, limit);
  }
  const page = found.slice(0, limit);
  return { items: page, next: after === undefined ? null : encodeCursor([after.startedAt, after.rolloutId]) };
}

function cut(found: readonly ListedRollout[], limit: number): Page<ListedRollout> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last ? encodeCursor([last.startedAt, last.rolloutId]) : null };
}

function detailOf(state: RolloutState, spec: unknown, who: Principal, webUi: WebUi | null): RolloutDetail {
  const { rolloutId, service } = state;
  const base = `/v1/rollouts/${rolloutId}`;
  const history =
    webUi === null
      ? null
      : `${webUi.url}/namespaces/${encodeURIComponent(webUi.namespace)}/workflows/${encodeURIComponent(workflowIdOf(service))}`;
  return {
    ...state,
    spec: specOf(spec).data as RolloutSpec | null,
    needsMe: needs(state, who),
    links: { webUi: history, report: `${base}/report`, reportHtml: `${base}/report.html` },
  };
}
