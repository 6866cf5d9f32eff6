import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isCandidates, unitBucket } from '../routing/bucket.js';
import { answerFrom, type ExchangeDeps } from './exchange.js';
import { readFeedback } from './feedback.js';
import { requestHeaders } from './headers.js';
import { replyJson } from './reply.js';
import { type Body, readBody } from './request-body.js';
import type { RouteTable } from './route-table.js';

export interface DataPlaneDeps extends ExchangeDeps {
  readonly routes: RouteTable;
}

const FEEDBACK_BYTES = 2 ** 20;
const LONGEST_UNIT = 1024;

/** Answers what users send: requests to services, and feedback. */
export function createDataPlane(deps: DataPlaneDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    try {
      const url = request.url ?? '/';
      const query = url.indexOf('?');
      const path = query < 0 ? url : url.slice(0, query);
      if (path === '/_sluice/feedback') takeFeedback(deps, request, response);
      else if (path === '/_sluice/health') replyJson(response, 200, { status: 'ok' });
      else serve(deps, path, request, response);
    } catch {
      replyJson(response, 500, { error: 'internal error' });
    }
  };
}

function serve(deps: DataPlaneDeps, path: string, request: IncomingMessage, response: ServerResponse): void {
  // A model server may resolve dots, and would then be asked for another model than was assigned.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)|%2f|\\/i.test(path))
    return replyJson(response, 400, { error: 'dots and encoded slashes are refused in a path' });
  const exposed = deps.routes.find(path);
  if (exposed === undefined) return refuse(request, response, 404, `no service has the path ${path.slice(0, 200)}`);
  const { headers, found } = requestHeaders(request.rawHeaders, exposed.unitHeader);
  const unit = unitOf(found);
  if (unit.length > LONGEST_UNIT)
    return refuse(request, response, 400, `the unit key has ${unit.length} characters; at most ${LONGEST_UNIT}`);
  const most = deps.limits.requestBytes;
  readBody(request, most, (body) => {
    if (!body.ok) return refuseBody(body, request, response, `a request may have at most ${most} bytes`);
    const method = request.method ?? 'GET';
    const isPrediction = method === 'POST' && path.endsWith('/infer');
    const assigned = {
      exposed,
      response,
      unit,
      isPrediction,
      request: { method, path: request.url ?? '/', headers, body: body.bytes },
    };
    const isForCandidate =
      isPrediction &&
      exposed.weightPercent > 0 &&
      isCandidates(unitBucket(exposed.route.salt, unit), exposed.weightPercent);
    answerFrom(deps, assigned, isForCandidate ? 'candidate' : 'baseline');
  });
}

/**
 * The user key; a request without one is a unit of its own. Node reads header bytes as Latin-1: read as the UTF-8 they are, a
 * unit has the bucket that every other party computes for it.
 */
function unitOf(value: string): string {
  const unit = value || randomUUID();
  return /[\u0080-\u00ff]/.test(unit) ? Buffer.from(unit, 'latin1').toString() : unit;
}

/** A request whose body was not read leaves its connection unusable. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  response.shouldKeepAlive = false;
  replyJson(response, status, { error });
  response.once('finish', () => request.destroy());
}

function refuseBody(
  body: Extract<Body, { ok: false }>,
  request: IncomingMessage,
  response: ServerResponse,
  why: string,
): void {
  if (body.reason === 'broken') response.destroy();
  else refuse(request, response, 413, why);
}

function takeFeedback(deps: DataPlaneDeps, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'POST') return refuse(request, response, 405, 'feedback is posted');
  readBody(request, FEEDBACK_BYTES, (body) => {
    if (!body.ok) return refuseBody(body, request, response, `at most ${FEEDBACK_BYTES} bytes`);
    const { records, rejected, forged } = readFeedback(body.bytes?.toString() ?? '', deps.ids);
    const kept = deps.recorder.feed(records);
    for (const { kind } of records) deps.metrics.countFeedback(kind, kept ? 'accepted' : 'rejected', 1);
    if (forged > 0) deps.metrics.countFeedback('unknown', 'forged', forged);
    if (rejected.length > forged) deps.metrics.countFeedback('unknown', 'rejected', rejected.length - forged);
    if (!kept) return replyJson(response, 503, { error: 'too much feedback waits; try again later' });
    replyJson(response, records.length > 0 || rejected.length === 0 ? 202 : 422, {
      accepted: records.length,
      rejected,
    });
  });
}
