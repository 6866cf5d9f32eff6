import { isDeepStrictEqual } from 'node:util';
import axios from 'axios';
import { describeError, SluiceError } from '../domain/errors.js';
import type { AppliedRoute, Route, Trip } from '../domain/route.js';
import type { TrafficRouter } from '../ports/traffic-router.js';
import { GatewayAddresses } from './gateway-addresses.js';

export interface GatewayRouterOptions {
  /** Base URLs of the admin listeners of all replicas, or names that stand for them (gateway-addresses.ts). */
  readonly adminUrls: readonly string[];
  /** What the gateways' admin listeners ask for. */
  readonly adminToken?: string | null;
  /** Of one call to one gateway. */
  readonly timeoutMs?: number;
}

interface Failed {
  readonly url: string;
  readonly error: unknown;
}

interface Answer {
  readonly status: number;
  readonly data: unknown;
}

/** Far above any route. */
const LARGEST_ANSWER_BYTES = 2 ** 20;

/** Our own gateways, by their admin listeners. */
export function createGatewayRouter(options: GatewayRouterOptions): TrafficRouter {
  const addresses = new GatewayAddresses(options.adminUrls);
  const { adminToken = null } = options;
  const http = axios.create({
    timeout: options.timeoutMs ?? 3000,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: LARGEST_ANSWER_BYTES,
    validateStatus: () => true,
    ...(adminToken === null ? {} : { headers: { authorization: `Bearer ${adminToken}` } }),
  });
  /** Since when a gateway has been silent, on the monotonic clock. Another worker may have reached it since: hence only from when this one could not. */
  const silentSince = new Map<string, number>();

  return {
    async apply(route, lapsedAfterMs = Number.POSITIVE_INFINITY) {
      const { answered, failed } = await fromAll((url) => put(url, route));
      const stale = failed.find(({ error }) => error instanceof SluiceError && error.code === 'EPOCH_STALE');
      if (stale !== undefined) throw stale.error;
      const missing = failed.filter(({ url, error }) => !isSilence(error) || silentFor(url) < lapsedAfterMs);
      if (missing.length > 0 || answered.length === 0) throw unreachable(failed);
      return answered;
    },
    async readBack(service) {
      const { answered, failed } = await fromAll((url) => get(url, service));
      // One silent gateway is left out; from none, nothing can be said.
      if (answered.length === 0 && failed.length > 0) throw unreachable(failed);
      return answered.filter((answer) => answer !== null);
    },
    async untilTripped({ service, epoch }, waitMs, signal) {
      const params = { epoch, waitMs: Math.ceil(waitMs) };
      const asked = (await addresses.current().catch(() => [])).map(async (url) => {
        const timeout = waitMs + (options.timeoutMs ?? 3000);
        const { data } = await http.get<unknown>(`${url}/v1/routes/${service}/trip`, { params, signal, timeout });
        if (isRecord(data) && isTrip(data['trip'])) return data['trip'];
        throw new Error('no trip');
      });
      return Promise.any(asked).catch(() => null);
    },
    async trip({ service, epoch }, trip) {
      await fromAll((url) =>
        call(url, () => http.post<unknown>(`${url}/v1/routes/${service}/trip`, { epoch, ...trip })),
      );
    },
  };

  function silentFor(url: string): number {
    return performance.now() - (silentSince.get(url) ?? performance.now());
  }

  /** In parallel: one slow gateway must not keep the others from a rollback. */
  async function fromAll<T>(ask: (url: string) => Promise<T>): Promise<{ answered: T[]; failed: Failed[] }> {
    const urls = await addresses.current();
    const answers = await Promise.allSettled(urls.map(ask));
    const answered: T[] = [];
    const failed: Failed[] = [];
    for (const [i, answer] of answers.entries()) {
      const url = urls[i] as string;
      if (answer.status === 'fulfilled') answered.push(answer.value);
      else failed.push({ url, error: answer.reason as unknown });
      if (answer.status === 'fulfilled' || !isSilence(answer.reason)) silentSince.delete(url);
      else if (!silentSince.has(url)) silentSince.set(url, performance.now());
    }
    return { answered, failed };
  }

  /** The answer is what the gateway read back from its own table after it took the route. */
  async function put(url: string, route: Route): Promise<AppliedRoute> {
    const answer = await call(url, () => http.put<unknown>(`${url}/v1/routes/${route.service}`, route));
    if (answer.status === 409) throw new SluiceError('EPOCH_STALE', `gateway ${url}: ${reasonOf(answer)}`);
    const applied = appliedRoute(url, answer);
    const held = `gateway ${url} holds epoch ${applied.route.epoch}`;
    if (!isDeepStrictEqual(applied.route, route))
      throw new SluiceError('GATEWAY_UNREACHABLE', `${held}, which is not the route that was sent`);
    // A brake that has tripped is confirmed as well: the watch acts on it.
    if (applied.trip) return applied;
    if (
      applied.effectiveWeightPercent !== route.weightPercent ||
      applied.effectiveShadowPercent !== route.shadowPercent
    )
      throw new SluiceError('GATEWAY_UNREACHABLE', `${held} at ${applied.effectiveWeightPercent} % in effect`);
    return applied;
  }

  async function get(url: string, service: string): Promise<AppliedRoute | null> {
    const answer = await call(url, () => http.get<unknown>(`${url}/v1/routes/${service}`));
    return answer.status === 404 ? null : appliedRoute(url, answer);
  }
}

async function call(url: string, request: () => Promise<Answer>): Promise<Answer> {
  try {
    return await request();
  } catch (error) {
    throw new GatewaySilent(`gateway ${url}: ${describeError(error)}`, error);
  }
}

/** Nobody answered at all: only this, and no answer that is wrong, may mean that a gateway is gone. */
class GatewaySilent extends SluiceError {
  constructor(message: string, cause: unknown) {
    super('GATEWAY_UNREACHABLE', message, { cause });
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof GatewaySilent;
}

function isTrip(value: unknown): value is Trip {
  return isRecord(value) && ['at', 'reason', 'gatewayId'].every((key) => typeof value[key] === 'string');
}

/** @throws {SluiceError} where it is not a gateway that answers, or not with a route */
function appliedRoute(url: string, answer: Answer): AppliedRoute {
  if (answer.status === 200 && isAppliedRoute(answer.data)) return answer.data;
  throw new SluiceError('GATEWAY_UNREACHABLE', `gateway ${url}: ${reasonOf(answer)}`);
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

function reasonOf({ status, data }: Answer): string {
  const reason = isRecord(data) && typeof data['error'] === 'string' ? data['error'] : 'not an answer of a gateway';
  return `status ${status}: ${reason}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function unreachable(failed: readonly Failed[]): SluiceError {
  const errors = failed.map(({ error }) => error);
  return new SluiceError('GATEWAY_UNREACHABLE', errors.map(describeError).join('; '), { cause: errors[0] });
}
