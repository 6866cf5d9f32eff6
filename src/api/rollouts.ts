import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Decision } from '../domain/decision.js';
import { SluiceError } from '../domain/errors.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { Store } from '../ports/store.js';
import { parseInput } from './problem.js';

const ID = /^[a-z0-9-]{1,255}$/;
const id = z.string().regex(ID, 'expected lower-case letters, digits and hyphens');
const params = z.object({ rolloutId: id });
const query = z.object({
  service: id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
});

/** What the store knows of rollouts; answers while neither worker nor Temporal runs. */
export function rolloutRoutes(server: FastifyInstance, store: Store): void {
  server.get('/v1/rollouts', async (request): Promise<{ rollouts: RolloutState[] }> => {
    const { service, limit } = parseInput(query, request.query, 'USAGE');
    return { rollouts: await store.rollouts({ limit, ...(service === undefined ? {} : { service }) }) };
  });

  server.get('/v1/rollouts/:rolloutId', async (request): Promise<RolloutState> => {
    const { rolloutId } = parseInput(params, request.params, 'USAGE');
    const state = await store.rollout(rolloutId);
    if (state === null) throw unknownRollout(rolloutId);
    return state;
  });

  server.get('/v1/rollouts/:rolloutId/decisions', async (request): Promise<{ decisions: Decision[] }> => {
    const { rolloutId } = parseInput(params, request.params, 'USAGE');
    const decisions = await store.decisions(rolloutId);
    // The first decision is recorded before the first view: only a rollout without either is unknown.
    if (decisions.length === 0 && (await store.rollout(rolloutId)) === null) throw unknownRollout(rolloutId);
    return { decisions };
  });
}

function unknownRollout(rolloutId: string): SluiceError {
  return new SluiceError('NOT_FOUND', `no rollout ${rolloutId} is recorded`);
}
