import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isCandidates, unitBucket } from '../routing/bucket.js';
import { answerFrom, type ExchangeDeps } from './exchange.js';
import { readFeedback } from './feedback.js';
import { requestHeaders } from './headers.js';
import { replyJson } from './reply.js';
import { readBody } from './request-body.js';
import type { Exposed, RouteTable } from './route-table.js';

export interface DataPlaneDeps extends ExchangeDeps {
  readonly routes: RouteTable;
}

const FEEDBACK_BYTES = 2 ** 20;
const LONGEST_UNIT = 1024;

/** Answers what users send: requests to services, and feedback. */
export function createDataPlane(deps: DataPlaneDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const handled =
      path === '/_sluice/feedback'
        ? takeFeedback(deps, request, response)
        : path === '/_sluice/health'
          ? replyJson(response, 200, { status: 'ok' })
          : serve(deps, path, request, response);
    Promise.resolve(handled).catch(() => replyJson(response, 500, { error: 'internal error' }));
  };
}

async function serve(
  deps: DataPlaneDeps,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A model server may resolve dots, and would then be asked for another model than was assigned.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)|%2f|\\/i.test(path))
    return replyJson(response, 400, { error: 'dots and encoded slashes are refused in a path' });
  const exposed = deps.routes.find(path);
  if (exposed === undefined) return refuse(request, response, 404, `no service has the path ${path.slice(0, 200)}`);
  const unit = unitOf(exposed, request);
  if (unit.length > LONGEST_UNIT)
    return refuse(request, response, 400, `the unit key has ${unit.length} characters; at most ${LONGEST_UNIT}`);
  const body = await readBody(request, deps.limits.requestBytes);
  if (!body.ok)
    return body.reason === 'broken'
      ? void response.destroy()
      : refuse(request, response, 413, `a request may have at most ${deps.limits.requestBytes} bytes`);

  const method = request.method ?? 'GET';
  const isPrediction = method === 'POST' && path.endsWith('/infer');
  const assigned = {
    exposed,
    response,
    unit,
    isPrediction,
    request: {
      method,
      path: request.url ?? '/',
      headers: requestHeaders(request.headers),
      body: body.bytes.length > 0 ? body.bytes : null,
    },
  };
  const bucket = unitBucket(exposed.route.salt, unit);
  const candidates = isPrediction && exposed.route.candidate !== null && isCandidates(bucket, exposed.weightPercent);
  answerFrom(deps, assigned, candidates ? 'candidate' : 'baseline');
}

/**
 * The user key; a request without one is a unit of its own. Node reads header bytes as Latin-1: read as the UTF-8 they are, a
 * unit has the bucket that every other party computes for it.
 */
function unitOf({ route }: Exposed, request: IncomingMessage): string {
  const value = request.headers[route.protocol.unitKey.replace(/^header:/, '')];
  const unit = (Array.isArray(value) ? value[0] : value) || randomUUID();
  return /[\u0080-\u00ff]/.test(unit) ? Buffer.from(unit, 'latin1').toString() : unit;
}

/** A request whose body was not read leaves its connection unusable. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  response.shouldKeepAlive = false;
  replyJson(response, status, { error });
  response.once('finish', () => request.destroy());
}

async function takeFeedback(deps: DataPlaneDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') return refuse(request, response, 405, 'feedback is posted');
  const body = await readBody(request, FEEDBACK_BYTES);
  if (!body.ok)
    return body.reason === 'broken'
      ? void response.destroy()
      : refuse(request, response, 413, `at most ${FEEDBACK_BYTES} bytes`);
  const { records, rejected, forged } = readFeedback(body.bytes.toString(), deps.ids);
  const kept = deps.recorder.feed(records);
  for (const { kind } of records) deps.metrics.countFeedback(kind, kept ? 'accepted' : 'rejected', 1);
  if (forged > 0) deps.metrics.countFeedback('unknown', 'forged', forged);
  if (rejected.length > forged) deps.metrics.countFeedback('unknown', 'rejected', rejected.length - forged);
  if (!kept) return replyJson(response, 503, { error: 'too much feedback waits; try again later' });
  replyJson(response, records.length > 0 || rejected.length === 0 ? 202 : 422, { accepted: records.length, rejected });
}
