import { isDeepStrictEqual } from 'node:util';
import axios, { type AxiosRequestConfig } from 'axios';
import { describeError, type ErrorCode, SluiceError } from '../domain/errors.js';
import type { AppliedRoute, Route, Trip } from '../domain/route.js';
import { clockOffsetMs } from './clock-offset.js';

export interface GatewayClientOptions {
  /** What the gateways' admin listeners ask for. */
  readonly adminToken: string | null;
  /** Of one call to one gateway. */
  readonly timeoutMs: number;
  /** Joins a call to what it is made for: `traceparent` of the active span. */
  readonly traceHeaders?: () => Readonly<Record<string, string>>;
}

/** All that one gateway serves. */
export interface GatewayReport {
  readonly gatewayId: string;
  /** Admin listeners of the replicas that it knows. */
  readonly peers: readonly string[];
  readonly routes: readonly AppliedRoute[];
  /** How far its clock is ahead of ours; null where it does not say. */
  readonly clockOffsetMs: number | null;
}

/** Speaks with one gateway at a time, named by the base URL of its admin listener. Each call ends with its timeout. */
export interface GatewayClient {
  /**
   * Sends a route; the answer is what the gateway read back from its own table after it took it.
   * @throws {SluiceError} EPOCH_STALE | UNAUTHORIZED | GATEWAY_UNREACHABLE, also where it holds another route than was sent
   */
  put(url: string, route: Route): Promise<AppliedRoute>;
  /** @returns null where it knows nothing of the service */
  get(url: string, service: string): Promise<AppliedRoute | null>;
  report(url: string): Promise<GatewayReport>;
  trip(url: string, route: Route, trip: Trip): Promise<void>;
  /** @throws when the candidate is not taken out within `waitMs` */
  untilTripped(url: string, route: Route, waitMs: number, signal: AbortSignal): Promise<Trip>;
}

/** Nobody answered at all: only this, and no answer that is wrong, may mean that a gateway is gone. */
export class GatewaySilent extends SluiceError {
  constructor(message: string, cause: unknown) {
    super('GATEWAY_UNREACHABLE', message, { cause });
  }
}

interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Far above any route. */
const LARGEST_ANSWER_BYTES = 2 ** 20;
/** The same of the routes of all services. */
const LARGEST_REPORT_BYTES = 2 ** 24;

export function createGatewayClient({ adminToken, timeoutMs, traceHeaders }: GatewayClientOptions): GatewayClient {
  const http = axios.create({
    timeout: timeoutMs,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: LARGEST_ANSWER_BYTES,
    validateStatus: () => true,
    ...(adminToken === null ? {} : { headers: { authorization: `Bearer ${adminToken}` } }),
  });
  if (traceHeaders)
    http.interceptors.request.use((request) => {
      request.headers.set(traceHeaders());
      return request;
    });
  const ask = (url: string, path: string, config?: AxiosRequestConfig) =>
    call(url, () => http.get<unknown>(`${url}${path}`, config));

  return {
    async put(url, route) {
      const answer = await call(url, () => http.put<unknown>(`${url}/v1/routes/${route.service}`, route));
      if (answer.status === 409) throw new SluiceError('EPOCH_STALE', `gateway ${url}: ${reasonOf(answer)}`);
      return assertInEffect(url, appliedRoute(url, answer), route);
    },
    async get(url, service) {
      const answer = await ask(url, `/v1/routes/${service}`);
      return answer.status === 404 ? null : appliedRoute(url, answer);
    },
    async report(url) {
      const sentAt = Date.now();
      const answer = await ask(url, '/v1/routes', { maxContentLength: LARGEST_REPORT_BYTES });
      const { routes, gatewayId, peers } = isRecord(answer.data) ? answer.data : {};
      if (answer.status !== 200 || !Array.isArray(routes) || !routes.every(isAppliedRoute)) throw refused(url, answer);
      const offset = clockOffsetMs(answer.headers?.['date'], sentAt, Date.now());
      return {
        gatewayId: typeof gatewayId === 'string' ? gatewayId : (routes[0]?.gatewayId ?? url),
        peers: Array.isArray(peers) ? peers.map(String) : [],
        routes,
        clockOffsetMs: offset,
      };
    },
    async trip(url, { service, epoch }, trip) {
      await call(url, () => http.post<unknown>(`${url}/v1/routes/${service}/trip`, { epoch, ...trip }));
    },
    async untilTripped(url, { service, epoch }, waitMs, signal) {
      const params = { epoch, waitMs: Math.ceil(waitMs) };
      const { data } = await ask(url, `/v1/routes/${service}/trip`, { params, signal, timeout: waitMs + timeoutMs });
      if (isRecord(data) && isTrip(data['trip'])) return data['trip'];
      throw new Error('no trip');
    },
  };
}

/** @throws {SluiceError} where the gateway says that it does something else than it was told */
function assertInEffect(url: string, applied: AppliedRoute, route: Route): AppliedRoute {
  const held = `gateway ${url} holds epoch ${applied.route.epoch}`;
  if (!isDeepStrictEqual(applied.route, route))
    throw new SluiceError('GATEWAY_UNREACHABLE', `${held}, which is not the route that was sent`);
  // A brake that has tripped is confirmed as well: the watch acts on it.
  if (applied.trip) return applied;
  if (applied.effectiveWeightPercent !== route.weightPercent || applied.effectiveShadowPercent !== route.shadowPercent)
    throw new SluiceError('GATEWAY_UNREACHABLE', `${held} at ${applied.effectiveWeightPercent} % in effect`);
  return applied;
}

async function call(url: string, request: () => Promise<Answer>): Promise<Answer> {
  try {
    return await request();
  } catch (error) {
    throw new GatewaySilent(`gateway ${url}: ${describeError(error)}`, error);
  }
}

function isTrip(value: unknown): value is Trip {
  return isRecord(value) && ['at', 'reason', 'gatewayId'].every((key) => typeof value[key] === 'string');
}

/** @throws {SluiceError} where it is not a gateway that answers, or not with a route */
function appliedRoute(url: string, answer: Answer): AppliedRoute {
  if (answer.status === 200 && isAppliedRoute(answer.data)) return answer.data;
  throw refused(url, answer);
}

function isAppliedRoute(data: unknown): data is AppliedRoute {
  if (!isRecord(data) || !isRecord(data['route'])) return false;
  const { route, gatewayId, effectiveWeightPercent, effectiveShadowPercent } = data;
  return (
    typeof gatewayId === 'string' &&
    typeof route['epoch'] === 'number' &&
    typeof effectiveWeightPercent === 'number' &&
    typeof effectiveShadowPercent === 'number'
  );
}

function refused(url: string, answer: Answer): SluiceError {
  const code: ErrorCode = answer.status === 401 ? 'UNAUTHORIZED' : 'GATEWAY_UNREACHABLE';
  return new SluiceError(code, `gateway ${url}: ${reasonOf(answer)}`);
}

function reasonOf({ status, data }: Answer): string {
  const reason = isRecord(data) && typeof data['error'] === 'string' ? data['error'] : 'not an answer of a gateway';
  return `status ${status}: ${reason}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
