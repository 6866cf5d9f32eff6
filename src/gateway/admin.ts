import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { describeError, ERROR_CODES, SluiceError } from '../domain/errors.js';
import type { GatewayMetrics } from './metrics.js';
import { replyJson } from './reply.js';
import { readBody } from './request-body.js';
import { routeSchema } from './route-schema.js';
import type { RouteTable } from './route-table.js';

export interface AdminDeps {
  readonly gatewayId: string;
  readonly routes: RouteTable;
  readonly metrics: GatewayMetrics;
}

const COMMAND_BYTES = 64 * 1024;

/** Commands come in here, and are read back; not for users. */
export function createAdmin(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(deps, request, response).catch((error: unknown) => {
      const code = error instanceof SluiceError ? error.code : 'INTERNAL';
      const status = error instanceof SluiceError ? ERROR_CODES[error.code].httpStatus : 500;
      replyJson(response, status, { code, error: describeError(error) });
    });
  };
}

async function answer(
  { gatewayId, routes, metrics }: AdminDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const [, service] = /^\/v1\/routes\/([^/]+)$/.exec(path) ?? [];
  if (service !== undefined && request.method === 'PUT')
    return replyJson(response, 200, await routes.apply(await readRoute(request, service)));
  if (request.method !== 'GET') throw new SluiceError('USAGE', `${request.method} ${path} is not a command`);
  if (path === '/healthz') return replyJson(response, 200, { status: 'ok', gatewayId });
  if (path === '/v1/routes') return replyJson(response, 200, { routes: routes.all() });
  if (path === '/metrics') {
    const text = await metrics.registry.metrics();
    return void response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text);
  }
  const applied = service === undefined ? undefined : routes.applied(service);
  if (applied === undefined) throw new SluiceError('NOT_FOUND', `${gatewayId} knows nothing of ${path}`);
  replyJson(response, 200, applied);
}

async function readRoute(request: IncomingMessage, service: string) {
  const body = await readBody(request, COMMAND_BYTES);
  if (body === null) throw new SluiceError('ROUTE_INVALID', `a route has at most ${COMMAND_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new SluiceError('ROUTE_INVALID', 'a route is JSON', { cause });
  }
  const parsed = routeSchema.safeParse(value);
  if (!parsed.success) throw new SluiceError('ROUTE_INVALID', z.prettifyError(parsed.error));
  if (parsed.data.service !== service)
    throw new SluiceError('ROUTE_INVALID', `the route is of ${parsed.data.service}, not of ${service}`);
  return parsed.data;
}
