import Fastify, { type FastifyInstance } from 'fastify';
import { type RolloutSummary, rolloutPage } from '../../../src/api/schema/rollout.js';
import type { Decision } from '../../../src/domain/decision.js';
import { hasEnded, type RolloutState } from '../../../src/domain/rollout-state.js';
import type { Route } from '../../../src/domain/route.js';
import { spec, summary } from './example-rollout.js';

/** What an api answers about rollouts, with a record that a test changes as it likes. Its answers hold to the schemas of the real one. */
export class StoreApi {
  readonly states = new Map<string, RolloutState>();
  readonly decisions: Decision[] = [];
  route: Route | null = null;
  /** Requests for lists so far. */
  asked = 0;
  url = '';
  private readonly server: FastifyInstance = Fastify({ forceCloseConnections: true });

  static async open(port = 0): Promise<StoreApi> {
    const api = new StoreApi();
    api.routes();
    api.url = await api.server.listen({ port, host: '127.0.0.1' });
    return api;
  }

  /** As a worker does it: a newer revision takes the place of the older one. */
  save(state: RolloutState): void {
    this.states.set(state.rolloutId, state);
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private routes(): void {
    const { server } = this;
    server.get<{ Querystring: Record<string, string> }>('/v1/rollouts', ({ query }) => this.page(query));
    server.get<{ Params: { id: string } }>('/v1/rollouts/:id', ({ params }, reply) => {
      const state = this.states.get(params.id);
      if (state === undefined) return reply.status(404).send({ code: 'NOT_FOUND', detail: `no rollout ${params.id}` });
      return { ...state, spec, needsMe: false, links: { webUi: null, report: '', reportHtml: '' } };
    });
    server.get<{ Params: { id: string }; Querystring: { cursor?: string } }>(
      '/v1/rollouts/:id/decisions',
      (request) => {
        // Pages of two, so that whoever reads them all has to turn them.
        const from = Number(request.query.cursor ?? 0);
        const mine = this.decisions.filter(({ rolloutId }) => rolloutId === request.params.id);
        const next = from + 2 < mine.length ? String(from + 2) : null;
        return { decisions: mine.slice(from, from + 2), next };
      },
    );
    server.get('/v1/freezes', () => ({ freezes: [], next: null }));
    server.get('/v1/services', () => {
      const services = [...new Set([...this.states.values()].map(({ service }) => service))];
      return { services: services.map((service) => ({ service, serving: null, rollout: null })), next: null };
    });
    server.get('/v1/services/:service/route', (_, reply) =>
      this.route === null ? reply.status(404).send({ code: 'NOT_FOUND', detail: 'no route' }) : { route: this.route },
    );
  }

  private page({ service, search, status, active, limit = '50', cursor = '0' }: Record<string, string>) {
    this.asked += 1;
    const all = [...this.states.values()]
      .reverse()
      .filter(
        (one) =>
          (service === undefined || one.service === service) &&
          (status === undefined || one.status === status) &&
          (active !== 'true' || !hasEnded(one.status)) &&
          (search === undefined || `${one.rolloutId} ${one.candidate}`.includes(search)),
      );
    const [from, most] = [Number(cursor), Number(limit)];
    const items = all.slice(from, from + most).map(summaryOf);
    return rolloutPage.parse({ items, next: from + most < all.length ? String(from + most) : null });
  }
}

function summaryOf(state: RolloutState): RolloutSummary {
  const { rolloutId, service, status, phase, step, weightPercent, waiting, paused, reason, revision, candidate } =
    state;
  const known = {
    rolloutId,
    service,
    status,
    phase,
    step,
    weightPercent,
    waiting,
    paused,
    reason,
    revision,
    candidate,
  };
  return summary({ ...known, startedAt: state.startedAt, updatedAt: state.updatedAt });
}
