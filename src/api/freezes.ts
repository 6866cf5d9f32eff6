import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { FREEZE_SCOPE, type Freeze, LONGEST_FREEZE_MS } from '../domain/freeze.js';
import { duration } from '../domain/spec/duration.js';
import { serviceName } from '../domain/spec/target.js';
import type { Store } from '../ports/store.js';
import type { Guard } from './guard.js';
import { parseInput } from './problem.js';

const person = z.string().trim().min(1).max(200);
const reason = z.string().trim().min(1).max(500);
const newFreeze = z
  .strictObject({
    scope: z.string().regex(FREEZE_SCOPE, 'expected a service, or a pattern such as eu-* or *').default('*'),
    reason,
    owner: person,
    for: duration.optional(),
    until: z.iso.datetime({ offset: true, error: 'expected a date-time such as 2026-11-21T10:00:00Z' }).optional(),
  })
  .refine(
    (body) => (body.for === undefined) !== (body.until === undefined),
    'expected either for (how long) or until (when it ends)',
  );
const lift = z.strictObject({ by: person, reason });
const params = z.object({ id: z.string().regex(/^[a-z0-9-]{1,63}$/, 'expected the id of a freeze') });
const query = z.object({
  active: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
  service: serviceName.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Stops of forward moves, over all services or some. Reading them is free; the guard stands before what changes them. */
export function freezeRoutes(server: FastifyInstance, store: Store, guard: Guard): void {
  server.post('/v1/freezes', { onRequest: guard }, async (request, reply): Promise<Freeze> => {
    const body = parseInput(newFreeze, request.body, 'USAGE');
    const { scope, reason, owner } = body;
    const expiresAt = endOf(body, Date.now());
    const freeze = await store.createFreeze({ id: newId(), scope, reason, owner, expiresAt });
    request.log.info({ freeze }, 'freeze made');
    reply.status(201);
    return freeze;
  });

  server.get('/v1/freezes', async (request): Promise<{ freezes: Freeze[] }> => {
    const { active, service, limit } = parseInput(query, request.query, 'USAGE');
    const freezes = await store.freezes({
      limit,
      ...(active ? { activeAt: 'now' } : {}),
      ...(service === undefined ? {} : { service }),
    });
    return { freezes };
  });

  server.post('/v1/freezes/:id/lift', { onRequest: guard }, async (request): Promise<Freeze> => {
    const { id } = parseInput(params, request.params, 'USAGE');
    const freeze = await store.liftFreeze(id, parseInput(lift, request.body, 'USAGE'));
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
      `a freeze until ${text} is longer than ${LONGEST_FREEZE_MS / 86_400_000} days; make a new one before it ends`,
    );
  return text;
}

/** Short, as people type it. */
function newId(): string {
  return `f-${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}
