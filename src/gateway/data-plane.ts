import { randomUUID } from 'node:crypto';
import { LONGEST_UNIT } from '../domain/observation.js';
import { unitOf } from '../routing/request-field.js';
import type { AssignedRequest, ExchangeDeps } from './exchange/assigned-request.js';
import { answerFrom } from './exchange/attempt.js';
import { answerMerged } from './exchange/merged-answer.js';
import { FEEDBACK_BYTES, type FeedbackDeps, FeedbackDesk } from './feedback-desk.js';
import { answerOfrep, isOfrepPath, OFREP_BYTES, type OfrepDeps } from './flags/ofrep.js';
import type { ForceTokens } from './force-token.js';
import { requestHeaders } from './headers.js';
import type { RequestHead } from './http1/request-parser.js';
import { RequestReader } from './request-reader.js';
import type { Assignment, ServedRoute } from './served-route.js';
import type { AnswerWriter } from './server/answer-writer.js';
import type { UserHandler } from './server/user-connection.js';
import { statsOf, type VersionCounts } from './stats.js';

export interface DataPlaneDeps extends ExchangeDeps, FeedbackDeps {
  readonly ofrep: OfrepDeps;
  readonly forced: ForceTokens;
  /** Of all processes of this gateway. */
  readonly countsOfAll: () => Promise<VersionCounts[]>;
}

const FEEDBACK_PATH = '/_sluice/feedback';

/** Answers what users send: requests to services, and feedback. */
export function createDataPlane(deps: DataPlaneDeps): UserHandler {
  const feedback = new FeedbackDesk(deps);
  return {
    bodyLimit(head) {
      const path = pathOf(head);
      if (isOfrepPath(path)) return OFREP_BYTES;
      return path === FEEDBACK_PATH ? FEEDBACK_BYTES : deps.limits.requestBytes;
    },
    serve(head, body, answer) {
      try {
        const path = pathOf(head);
        if (path === FEEDBACK_PATH) feedback.take(head, body, answer);
        else if (isOfrepPath(path)) answerOfrep(deps.ofrep, path, head, body, answer);
        else if (path === '/_sluice/health') answer.replyJson(200, { status: 'ok' });
        else if (path === '/_sluice/stats') void showStats(deps, answer);
        else serve(deps, path, head, body, answer);
      } catch {
        answer.replyJson(500, { error: 'internal error' });
      }
    },
  };
}

async function showStats({ routes, countsOfAll }: DataPlaneDeps, answer: AnswerWriter): Promise<void> {
  const counts = await countsOfAll().catch(() => null);
  if (counts === null) return answer.replyJson(503, { error: 'the counts of all processes are not to be had' });
  answer.replyJson(200, statsOf(routes.all(), counts));
}

function pathOf({ url }: RequestHead): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function serve(deps: DataPlaneDeps, path: string, head: RequestHead, body: Buffer | null, answer: AnswerWriter): void {
  const { method, url } = head;
  // A server that takes these turns the connection, which others use after this user, into something else, or repeats what a proxy has added.
  if (method === 'CONNECT' || method === 'TRACE')
    return answer.replyJson(405, { error: `${method} is not passed on to model servers` });
  // A model server may resolve dots, and would then be asked for another model than was assigned.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)|%2f|\\/i.test(path))
    return answer.replyJson(400, { error: 'dots and encoded slashes are refused in a path' });
  const served = deps.routes.find(path);
  if (served === undefined) return answer.replyJson(404, { error: `no service has the path ${path.slice(0, 200)}` });
  const source = new RequestReader(head.headers, body);
  // A request that names no unit is one of its own.
  const unit = unitOf(served.unitKey, source) || randomUUID();
  if (unit.length > LONGEST_UNIT)
    return answer.replyJson(400, { error: `the unit key has ${unit.length} characters; at most ${LONGEST_UNIT}` });
  const { headers, force } = requestHeaders(head.headers);
  const isPrediction = method === 'POST' && served.isPredictionPath(path);
  const assignment =
    (force === '' ? null : forcedBy(deps, served, force)) ??
    (isPrediction ? served.assign(unit, source, Date.now()) : served.stable);
  const request = { method, path: url, headers, body };
  const startedAt = performance.now();
  const assigned: AssignedRequest = { served, assignment, request, response: answer, unit, isPrediction, startedAt };
  const { interleaving } = served.route;
  if (interleaving !== undefined && assignment.arm === 'candidate') answerMerged(deps, assigned, interleaving);
  else answerFrom(deps, assigned);
}

/** What a tester's token asks for; a token that is not ours, or asks for what is not to be had, is counted and ignored. */
function forcedBy({ forced, metrics }: DataPlaneDeps, served: ServedRoute, token: string): Assignment | null {
  const { service } = served.route;
  const version = forced.verify(token, service);
  const assignment = version === null ? null : served.forced(version);
  metrics.countForced(service, version === null ? 'invalid' : assignment === null ? 'unavailable' : 'served');
  return assignment;
}
