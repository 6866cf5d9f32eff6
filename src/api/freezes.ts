import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { DAY_MS } from '../domain/duration.js';
import { SluiceError } from '../domain/errors.js';
import { LONGEST_FREEZE_MS } from '../domain/freeze.js';
import type { Store } from '../ports/store.js';
import { liftFreeze, listFreezes, makeFreeze } from './endpoints/records.js';
import { pageOf } from './page-of.js';
import { namedBy, serve } from './serve.js';

/** Stops of forward moves, over all services or some. */
export function freezeRoutes(server: FastifyInstance, store: Store): void {
  serve(server, makeFreeze, async ({ body, who, request }) => {
    const { scope, reason } = body;
    const owner = namedBy(who, body.owner, 'owner');
    const expiresAt = endOf(body, Date.now());
    const freeze = await store.createFreeze({ id: newId(), scope, reason, owner, expiresAt });
    request.log.info({ freeze }, 'freeze made');
    return freeze;
  });

  serve(server, listFreezes, async ({ query: { active, service, ...paging } }) => {
    const filter = { ...(active ? { activeAt: 'now' } : {}), ...(service === undefined ? {} : { service }) };
    const { items, next } = await pageOf(paging, (limit) => store.freezes({ ...filter, limit }), {
      createdAt: 'down',
      id: 'up',
    });
    return { freezes: items, next };
  });

  serve(server, liftFreeze, async ({ params: { id }, body: { by, reason }, who, request }) => {
    const freeze = await store.liftFreeze(id, { by: namedBy(who, by, 'by'), reason });
    request.log.info({ freeze }, 'freeze lifted');
    return freeze;
  });
}

/** @throws {SluiceError} USAGE when that is past, or too far away */
function endOf(asked: { for?: number | undefined; until?: string | undefined }, now: number): string {
  const end = asked.until === undefined ? now + (asked.for ?? 0) : Date.parse(asked.until);
  const text = new Date(end).toISOString();
  if (end <= now) throw new SluiceError('USAGE', `until: ${text} is past`);
  if (end - now > LONGEST_FREEZE_MS)
    throw new SluiceError(
      'USAGE',
      `a freeze until ${text} is longer than ${LONGEST_FREEZE_MS / DAY_MS} days; make a new one before it ends`,
    );
  return text;
}

/** Short, as people type it. */
function newId(): string {
  return `f-${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}
