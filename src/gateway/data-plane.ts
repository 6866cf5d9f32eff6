import { randomUUID } from 'node:crypto';
import { isCandidates, unitBucket } from '../routing/bucket.js';
import { headerFor, unitOf } from '../routing/unit-key.js';
import { answerFrom, type ExchangeDeps } from './exchange.js';
import { readFeedback } from './feedback.js';
import { requestHeaders } from './headers.js';
import type { RequestHead } from './http1/request-parser.js';
import type { RouteTable } from './route-table.js';
import type { AnswerWriter } from './server/answer-writer.js';
import type { UserHandler } from './server/user-connection.js';

export interface DataPlaneDeps extends ExchangeDeps {
  readonly routes: RouteTable;
}

const FEEDBACK_PATH = '/_sluice/feedback';
const FEEDBACK_BYTES = 2 ** 20;
const LONGEST_UNIT = 1024;

/** Answers what users send: requests to services, and feedback. */
export function createDataPlane(deps: DataPlaneDeps): UserHandler {
  return {
    bodyLimit(head) {
      const path = pathOf(head);
      if (path === FEEDBACK_PATH) return FEEDBACK_BYTES;
      return deps.limits.requestBytes;
    },
    serve(head, body, answer) {
      try {
        const path = pathOf(head);
        if (path === FEEDBACK_PATH) takeFeedback(deps, head, body, answer);
        else if (path === '/_sluice/health') answer.replyJson(200, { status: 'ok' });
        else serve(deps, path, head, body, answer);
      } catch {
        answer.replyJson(500, { error: 'internal error' });
      }
    },
  };
}

function pathOf({ url }: RequestHead): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function serve(deps: DataPlaneDeps, path: string, head: RequestHead, body: Buffer | null, answer: AnswerWriter): void {
  // A model server may resolve dots, and would then be asked for another model than was assigned.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)|%2f|\\/i.test(path))
    return answer.replyJson(400, { error: 'dots and encoded slashes are refused in a path' });
  const exposed = deps.routes.find(path);
  if (exposed === undefined) return answer.replyJson(404, { error: `no service has the path ${path.slice(0, 200)}` });
  const { headers, found } = requestHeaders(head.headers, headerFor(exposed.unitKey));
  // A request that names no unit is one of its own.
  const unit = unitOf(exposed.unitKey, found, body) || randomUUID();
  if (unit.length > LONGEST_UNIT)
    return answer.replyJson(400, { error: `the unit key has ${unit.length} characters; at most ${LONGEST_UNIT}` });
  const { method, url } = head;
  const isPrediction = method === 'POST' && path.endsWith('/infer');
  const assigned = {
    exposed,
    response: answer,
    unit,
    isPrediction,
    request: { method, path: url, headers, body },
  };
  const isForCandidate =
    isPrediction &&
    exposed.weightPercent > 0 &&
    isCandidates(unitBucket(exposed.route.salt, unit), exposed.weightPercent);
  answerFrom(deps, assigned, isForCandidate ? 'candidate' : 'baseline');
}

function takeFeedback(deps: DataPlaneDeps, { method }: RequestHead, body: Buffer | null, answer: AnswerWriter): void {
  if (method !== 'POST') return answer.replyJson(405, { error: 'feedback is posted' });
  const { records, rejected, forged } = readFeedback(body?.toString() ?? '', deps.ids);
  const kept = deps.recorder.feed(records);
  for (const { kind } of records) deps.metrics.countFeedback(kind, kept ? 'accepted' : 'rejected', 1);
  if (forged > 0) deps.metrics.countFeedback('unknown', 'forged', forged);
  if (rejected.length > forged) deps.metrics.countFeedback('unknown', 'rejected', rejected.length - forged);
  if (!kept) return answer.replyJson(503, { error: 'too much feedback waits; try again later' });
  answer.replyJson(records.length > 0 || rejected.length === 0 ? 202 : 422, { accepted: records.length, rejected });
}
