import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { describeError, ERROR_CODES, SluiceError } from '../domain/errors.js';
import type { AppliedRoute, Route } from '../domain/route.js';
import { foreignOrigin } from '../net/own-origin.js';
import type { Log } from '../process/log.js';
import { readCommand } from './command-body.js';
import { answerFlagCommand, isFlagPath } from './flags/flag-commands.js';
import type { FlagTable } from './flags/flag-table.js';
import type { MetricsPage } from './metrics-page.js';
import type { Peers } from './peers.js';
import { replyJson } from './reply.js';
import { tripSchema } from './route-file.js';
import { routeSchema } from './route-schema.js';
import type { RouteTable } from './route-table.js';
import type { VersionCounts } from './stats.js';

export interface AdminDeps {
  readonly gatewayId: string;
  /** Admin listeners of the other replicas. */
  readonly peers: Pick<Peers, 'urls'>;
  readonly routes: RouteTable;
  readonly flags: FlagTable;
  /** Takes a route, with all that has to be done before and after. */
  readonly applyRoute: (route: Route) => Promise<AppliedRoute>;
  readonly metrics: MetricsPage;
  readonly counts: () => Promise<VersionCounts[]>;
  /** Whether commands can be confirmed now. */
  readonly isReady: () => boolean;
  /** What commands must carry; null where only this machine can send any. */
  readonly token: string | null;
  readonly log: Log;
}

const COMMAND_BYTES = 256 * 1024;
const LONGEST_WAIT_MS = 60_000;
/** Whoever tries again and again must not fill the log. */
const LOG_PAUSE_MS = 1000;

/** Commands come in here, and are read back; not for users. */
export function createAdmin(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  let nextLogAt = 0;
  return (request, response) => {
    answer(deps, request, response).catch((error: unknown) => {
      if (error instanceof SluiceError && isDenied(error) && performance.now() >= nextLogAt) {
        nextLogAt = performance.now() + LOG_PAUSE_MS;
        deps.log('warn', 'a command was denied', { ...commandOf(request), why: error.message });
      }
      const code = error instanceof SluiceError ? error.code : 'INTERNAL';
      const status = error instanceof SluiceError ? ERROR_CODES[error.code].httpStatus : 500;
      replyJson(response, status, { code, error: describeError(error) });
    });
  };
}

function isDenied({ code }: SluiceError): boolean {
  return code === 'UNAUTHORIZED' || code === 'FORBIDDEN';
}

/** For the log: who asks for what. */
function commandOf({ method, url = '/', socket }: IncomingMessage) {
  return { method, path: url.split('?', 1)[0]?.slice(0, 200), from: socket.remoteAddress };
}

async function answer(deps: AdminDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { gatewayId, routes, flags } = deps;
  const url = new URL(request.url ?? '/', 'http://gateway');
  const path = url.pathname;
  const { method } = request;
  // Whether it lives, and its metrics, are what load balancers and Prometheus ask, and hold no secret.
  if (path === '/healthz' && method === 'GET') {
    const isReady = deps.isReady();
    return replyJson(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'starting', gatewayId });
  }
  if (path === '/metrics' && method === 'GET') {
    const { contentType, text } = await deps.metrics.show(request.headers.accept ?? '');
    return void response.writeHead(200, { 'content-type': contentType }).end(text);
  }
  assertAllowed(request, deps.token);
  if (isFlagPath(path)) {
    await answerFlagCommand(flags, path, request, response);
    return method === 'GET' ? undefined : deps.log('info', 'a flag command was taken', commandOf(request));
  }
  const [, service, trip] = /^\/v1\/routes\/([^/]+)(\/trip)?$/.exec(path) ?? [];
  if (service !== undefined && trip !== undefined) {
    if (method === 'POST') return replyJson(response, 200, await tripRoute(deps, request, service));
    if (method === 'GET') return replyJson(response, 200, await untilTripped(deps, request, service, url.searchParams));
  } else if (service !== undefined && method === 'PUT')
    return replyJson(response, 200, await takeRoute(deps, request, service));
  // A primary has changed the file.
  if (path === '/v1/flags-file' && method === 'POST') return replyJson(response, 200, await flags.reload());
  if (method !== 'GET') throw new SluiceError('USAGE', `${method} ${path} is not a command`);
  if (path === '/v1/routes')
    return replyJson(response, 200, { gatewayId, peers: deps.peers.urls, routes: routes.all() });
  if (path === '/v1/metrics') return replyJson(response, 200, await deps.metrics.raw());
  if (path === '/v1/counts') return replyJson(response, 200, await deps.counts());
  const applied = service === undefined ? undefined : routes.applied(service);
  if (applied === undefined) throw new SluiceError('NOT_FOUND', `${gatewayId} knows nothing of ${path}`);
  replyJson(response, 200, applied);
}

/** @throws {SluiceError} UNAUTHORIZED; FORBIDDEN for what a page of another site makes a browser ask */
function assertAllowed({ headers }: IncomingMessage, token: string | null): void {
  const fault = foreignOrigin(headers, token === null);
  if (fault !== null) throw new SluiceError('FORBIDDEN', fault);
  if (token === null) return;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`)))
    throw new SluiceError('UNAUTHORIZED', 'the admin token is missing or is another one');
}

const tripCommand = tripSchema.extend({ epoch: z.int().min(0) });

/** Another replica's brake has tripped, or the control plane says so. */
async function tripRoute({ routes }: AdminDeps, request: IncomingMessage, service: string) {
  const { epoch, ...trip } = await readCommand(request, {
    schema: tripCommand,
    what: 'a trip',
    mostBytes: COMMAND_BYTES,
    code: 'ROUTE_INVALID',
  });
  return { isOut: routes.trip(service, epoch, trip) };
}

/** Answers when the candidate of an epoch is taken out, or after `waitMs`: so a watch hears of it at once. */
async function untilTripped({ routes }: AdminDeps, request: IncomingMessage, service: string, query: URLSearchParams) {
  const epoch = Number(query.get('epoch'));
  const waitMs = Math.min(Number(query.get('waitMs')) || 0, LONGEST_WAIT_MS);
  const tripOf = () => {
    const applied = routes.applied(service);
    return applied?.route.epoch === epoch ? applied.trip : null;
  };
  if (tripOf() === null && waitMs > 0)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => end(), waitMs);
      const stop = routes.onTrip((route) => {
        if (route.service === service) end();
      });
      const end = () => {
        clearTimeout(timer);
        stop();
        request.socket.removeListener('close', end);
        resolve();
      };
      request.socket.once('close', end);
    });
  return { trip: tripOf() };
}

async function takeRoute({ routes, applyRoute, log }: AdminDeps, request: IncomingMessage, service: string) {
  const route = await readRoute(request, service);
  const before = routes.applied(service)?.route.epoch;
  const applied = await applyRoute(route);
  const { epoch, weightPercent } = route;
  // The same one again renews its lease, several times a minute.
  if (epoch !== before) log('info', 'a route was taken', { ...commandOf(request), epoch, weightPercent });
  return applied;
}

async function readRoute(request: IncomingMessage, service: string) {
  const route = await readCommand(request, {
    schema: routeSchema,
    what: 'a route',
    mostBytes: COMMAND_BYTES,
    code: 'ROUTE_INVALID',
  });
  if (route.service !== service)
    throw new SluiceError('ROUTE_INVALID', `the route is of ${route.service}, not of ${service}`);
  return route;
}
