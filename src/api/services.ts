import type { FastifyInstance } from 'fastify';
import { SluiceError } from '../domain/errors.js';
import type { Route } from '../domain/route.js';
import type { Store } from '../ports/store.js';
import { getFlags, getRoute, listRoutes, listServices } from './endpoints/rollouts.js';
import { decodeCursor, encodeCursor, pageOf } from './page-of.js';
import type { ServiceSummary } from './schema/service.js';
import { serve } from './serve.js';
import { summaryOf } from './summary.js';

/** What serves by the stored routes, for whoever compares it with what gateways do. */
export function serviceRoutes(server: FastifyInstance, store: Store): void {
  serve(server, listServices, async ({ query: { limit, cursor }, who }) => {
    const after = cursor === undefined ? '' : decodeCursor(cursor, ['string'])[0];
    const names = await store.listed.services(after, limit + 1);
    const page = names.slice(0, limit);
    const [routes, rollouts] = await Promise.all([store.latestRoutes(), store.listed.newestOf(page)]);
    const routeOf = new Map(routes.map((route) => [route.service, route]));
    const rolloutOf = new Map(rollouts.map((one) => [one.service, summaryOf(one, who)]));
    const services = page.map((service) => ({
      service,
      serving: servingBy(routeOf.get(service)),
      rollout: rolloutOf.get(service) ?? null,
    }));
    const last = page.at(-1);
    return { services, next: names.length > limit && last !== undefined ? encodeCursor([last]) : null };
  });

  serve(server, listRoutes, async ({ query }) => {
    const { items, next } = await pageOf(query, () => store.latestRoutes(), { service: 'up' });
    return { routes: items, next };
  });

  serve(server, getRoute, async ({ params: { service } }) => ({ route: await routeFor(store, service) }));

  serve(server, getFlags, async ({ params }) => {
    const { service, epoch, traffic, holdback = null } = await routeFor(store, params.service);
    const { audience = 'all', segments = [], others = [] } = traffic ?? {};
    return { service, epoch, audience, segments, others, holdback };
  });
}

async function routeFor(store: Store, service: string): Promise<Route> {
  const route = await store.latestRoute(service);
  if (route === null) throw new SluiceError('NOT_FOUND', `no route of ${service} is recorded: it had no rollout yet`);
  return route;
}

function servingBy(route: Route | undefined): ServiceSummary['serving'] {
  if (route === undefined) return null;
  const { baseline, candidate, weightPercent, shadowPercent, epoch, holdback } = route;
  return {
    baseline: baseline.version,
    candidate: candidate?.version ?? null,
    weightPercent,
    shadowPercent,
    epoch,
    holdbackPercent: holdback?.percent ?? null,
  };
}
