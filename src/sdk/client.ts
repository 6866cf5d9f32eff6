import type { CommandAnswer, CommandBody, PlanBody, StartBody } from '../api/schema/command.js';
import type { Me } from '../api/schema/common.js';
import type { LiveEvent } from '../api/schema/event.js';
import type { DecisionPage, ExperimentPage, RolloutDetail, RolloutPage, RolloutSeries } from '../api/schema/rollout.js';
import type { ServiceFlags, ServicePage } from '../api/schema/service.js';
import type { StartedRollout } from '../client/start-rollout.js';
import type { QueueState } from '../domain/queue-state.js';
import type { DriftReport, ImpactSeries, Part, Report } from '../domain/report.js';
import type { RolloutStatus } from '../domain/rollout-state.js';
import type { Route } from '../domain/route.js';
import type { RolloutPlan } from '../plan/rollout-plan.js';
import { type FollowOptions, followEvents } from './events.js';
import { type CallOptions, type ClientOptions, Http, pathOf } from './http.js';
import { RecordsClient } from './records-client.js';

/** Of every list. */
export interface Paging extends CallOptions {
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface RolloutQuery extends Paging {
  readonly service?: string | undefined;
  readonly status?: RolloutStatus | undefined;
  /** In ids, services, versions and owners. */
  readonly search?: string | undefined;
  readonly needsMe?: boolean | undefined;
  readonly active?: boolean | undefined;
}

export interface CommandOptions extends CallOptions {
  /** The same key again is the same decision: make one before the first attempt. */
  readonly idempotencyKey?: string;
}

/**
 * The api of Sluice, typed by the schemas that it is held to. Needs `fetch` and nothing else, so it runs in browsers too. What changes nothing is asked
 * again where the api can't answer for a moment.
 * Every method throws {SluiceApiError} for what is no success.
 */
export class SluiceClient extends RecordsClient {
  constructor(options: ClientOptions) {
    super(new Http(options));
  }

  /** As whom one is heard, and what one may. */
  getMe(options: CallOptions = {}): Promise<Me> {
    return this.get('/v1/me', {}, options);
  }

  /** Newest first. */
  listRollouts({ signal, ...query }: RolloutQuery = {}): Promise<RolloutPage> {
    return this.get('/v1/rollouts', query, { ...(signal && { signal }) });
  }

  getRollout(rolloutId: string, options: CallOptions = {}): Promise<RolloutDetail> {
    return this.get(pathOf`/v1/rollouts/${rolloutId}`, {}, options);
  }

  /** The ledger, in its order. */
  listDecisions(rolloutId: string, { signal, ...query }: Paging = {}): Promise<DecisionPage> {
    return this.get(pathOf`/v1/rollouts/${rolloutId}/decisions`, query, { ...(signal && { signal }) });
  }

  /** @param options.interval such as `10s`, `5m` */
  getSeries(
    rolloutId: string,
    { signal, ...query }: CallOptions & { readonly interval?: string; readonly since?: string } = {},
  ): Promise<RolloutSeries> {
    return this.get(pathOf`/v1/rollouts/${rolloutId}/series`, query, { ...(signal && { signal }) });
  }

  listExperiments(rolloutId: string, { signal, ...query }: Paging = {}): Promise<ExperimentPage> {
    return this.get(pathOf`/v1/rollouts/${rolloutId}/experiments`, query, { ...(signal && { signal }) });
  }

  getImpact(rolloutId: string, options: CallOptions = {}): Promise<{ impact: Part<readonly ImpactSeries[]> }> {
    return this.get(pathOf`/v1/rollouts/${rolloutId}/impact`, {}, options);
  }

  getDrift(rolloutId: string, options: CallOptions = {}): Promise<{ drift: Part<DriftReport> }> {
    return this.get(pathOf`/v1/rollouts/${rolloutId}/drift`, {}, options);
  }

  getReport(rolloutId: string, options: CallOptions = {}): Promise<Report> {
    return this.get(pathOf`/v1/rollouts/${rolloutId}/report`, {}, options);
  }

  /** HTML. */
  getReportPage(rolloutId: string, options: CallOptions = {}): Promise<string> {
    return this.http.text({ method: 'GET', path: pathOf`/v1/rollouts/${rolloutId}/report.html`, ...options });
  }

  startRollout(body: StartBody, options: CommandOptions = {}): Promise<StartedRollout> {
    return this.post('/v1/rollouts', body, options);
  }

  planRollout(body: PlanBody, options: CallOptions = {}): Promise<RolloutPlan> {
    return this.post('/v1/rollouts/plan', body, options);
  }

  /** Asks the rollout of a service for something, and hears yes; a no is thrown, with the reason. */
  sendCommand(service: string, body: CommandBody, options: CommandOptions = {}): Promise<CommandAnswer> {
    return this.post(pathOf`/v1/services/${service}/commands`, body, options);
  }

  /** Rollouts that wait for their turn, the next one first. */
  getQueue(service: string, options: CallOptions = {}): Promise<QueueState> {
    return this.get(pathOf`/v1/services/${service}/queue`, {}, options);
  }

  /** It waits no more, and never runs. */
  dequeue(service: string, rolloutId: string, options: CallOptions = {}): Promise<void> {
    return this.http.json({
      method: 'DELETE',
      path: pathOf`/v1/services/${service}/queue/${rolloutId}`,
      ...options,
    });
  }

  listServices({ signal, ...query }: Paging = {}): Promise<ServicePage> {
    return this.get('/v1/services', query, { ...(signal && { signal }) });
  }

  getRoute(service: string, options: CallOptions = {}): Promise<{ route: Route }> {
    return this.get(pathOf`/v1/services/${service}/route`, {}, options);
  }

  getFlags(service: string, options: CallOptions = {}): Promise<ServiceFlags> {
    return this.get(pathOf`/v1/services/${service}/flags`, {}, options);
  }

  listRoutes({ signal, ...query }: Paging = {}): Promise<{ routes: Route[]; next: string | null }> {
    return this.get('/v1/routes', query, { ...(signal && { signal }) });
  }

  /** What changes, as it changes, for as long as it is listened to. */
  events(options: FollowOptions = {}): AsyncGenerator<LiveEvent, void, undefined> {
    return followEvents(this.http, options);
  }
}

/** Goes through a list to its end: `for await (const one of everyOf((cursor) => client.listRollouts({ cursor }), (page) => page.items))`. */
export async function* everyOf<Page extends { readonly next: string | null }, Item>(
  ask: (paging: { readonly cursor?: string }) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page = await ask(cursor === undefined ? {} : { cursor });
    yield* itemsOf(page);
    cursor = page.next;
  }
}
