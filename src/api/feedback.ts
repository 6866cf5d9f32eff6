import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import { duration } from '../domain/spec/duration.js';
import { serviceName } from '../domain/spec/target.js';
import type { FeedbackStats, Forgotten } from '../ports/feedback-store.js';
import type { Store } from '../ports/store.js';
import type { Guard } from './guard.js';
import { feedbackRecord } from './observation-schema.js';
import { parseInput } from './problem.js';

const MOST_RECORDS = 1000;
const LARGEST_BODY_BYTES = 8 * 1024 * 1024;
/** Rows of one request: a few seconds of a database's time at most. */
const PRUNED_AT_ONCE = 50_000;
/** Labels are waited for, and learnt from, for longer than a day. */
const LEAST_KEPT_MS = 86_400_000;

const delivery = z.strictObject({ records: z.array(feedbackRecord).min(1).max(MOST_RECORDS) });
const ofService = z.object({ service: serviceName });
const statsQuery = z.object({
  since: duration.prefault('7d'),
  /** Of one unit; more in an hour of the clock are suspect. */
  suspect: z.coerce.number().int().min(1).max(1e6).default(60),
});
const pruneBody = z.strictObject({ before: z.iso.datetime(), service: serviceName.optional() });
const forgetBody = z.strictObject({ unitHash: z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits') });

/** All of a request is kept, or nothing is. */
export interface FeedbackReceipt {
  readonly added: number;
  /** Were there before. */
  readonly repeated: number;
}

/** `isDone` is false where there is more of it: ask again. */
export interface PrunedFeedback {
  readonly removed: number;
  readonly isDone: boolean;
}

/** Imports, counts, retention and erasure of feedback. Users and label sources send theirs to the gateway. */
export function feedbackRoutes(server: FastifyInstance, { feedback }: Store, guard: Guard): void {
  const options = { onRequest: guard, bodyLimit: LARGEST_BODY_BYTES };
  server.post('/v1/feedback', options, async (request): Promise<FeedbackReceipt> => {
    const { records } = parseInput(delivery, request.body, 'OBSERVATION_INVALID');
    const added = await feedback.append(records);
    return { added, repeated: records.length - added };
  });

  server.get('/v1/feedback/:service/stats', { onRequest: guard }, async (request): Promise<FeedbackStats> => {
    const { service } = parseInput(ofService, request.params, 'USAGE');
    const { since, suspect } = parseInput(statsQuery, request.query, 'USAGE');
    const until = new Date().toISOString();
    const span = { service, since: new Date(Date.parse(until) - since).toISOString(), until };
    return feedback.stats(span, suspect);
  });

  server.post('/v1/feedback/prune', { onRequest: guard }, async (request): Promise<PrunedFeedback> => {
    const { before, service = null } = parseInput(pruneBody, request.body, 'USAGE');
    if (Date.parse(before) > Date.now() - LEAST_KEPT_MS)
      throw new SluiceError('USAGE', `before: ${before} is less than 1d ago`);
    const removed = await feedback.prune(before, service, PRUNED_AT_ONCE);
    request.log.info({ removed, before, service }, 'feedback pruned');
    return { removed, isDone: removed < PRUNED_AT_ONCE };
  });

  // Neither the hash nor the key is logged: it is what is to be forgotten.
  server.post('/v1/feedback/forget', { onRequest: guard }, async (request): Promise<Forgotten> => {
    const { unitHash } = parseInput(forgetBody, request.body, 'USAGE');
    const gone = await feedback.forget(unitHash);
    request.log.info({ gone }, 'a unit was forgotten');
    return gone;
  });
}
