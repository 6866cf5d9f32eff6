import type { FastifyInstance } from 'fastify';
import { DAY_MS } from '../domain/duration.js';
import { SluiceError } from '../domain/errors.js';
import type { Store } from '../ports/store.js';
import { forgetUnit, getFeedbackStats, importFeedback, pruneOldFeedback } from './endpoints/intake.js';
import { serve } from './serve.js';

/** Rows of one request: a few seconds of a database's time at most. */
const PRUNED_AT_ONCE = 50_000;
/** Labels are waited for, and learnt from, for longer than a day. */
const LEAST_KEPT_MS = DAY_MS;

/** Imports, counts, retention and erasure of feedback. Users and label sources send theirs to the gateway. */
export function feedbackRoutes(server: FastifyInstance, { feedback }: Store): void {
  serve(server, importFeedback, async ({ body: { records } }) => {
    const added = await feedback.append(records);
    return { added, repeated: records.length - added };
  });

  serve(server, getFeedbackStats, async ({ params: { service }, query: { since, suspect } }) => {
    const until = new Date().toISOString();
    const span = { service, since: new Date(Date.parse(until) - since).toISOString(), until };
    return feedback.stats(span, suspect);
  });

  serve(server, pruneOldFeedback, async ({ body: { before, service = null }, request }) => {
    if (Date.parse(before) > Date.now() - LEAST_KEPT_MS)
      throw new SluiceError('USAGE', `before: ${before} is less than 1d ago`);
    const removed = await feedback.prune(before, service, PRUNED_AT_ONCE);
    request.log.info({ removed, before, service }, 'feedback pruned');
    return { removed, isDone: removed < PRUNED_AT_ONCE };
  });

  // Neither the hash nor the key is logged: it is what is to be forgotten.
  serve(server, forgetUnit, async ({ body: { unitHash }, request }) => {
    const gone = await feedback.forget(unitHash);
    request.log.info({ gone }, 'a unit was forgotten');
    return gone;
  });
}
