import { isDeepStrictEqual } from 'node:util';
import axios from 'axios';
import { describeError, SluiceError } from '../domain/errors.js';
import type { AppliedRoute, Route } from '../domain/route.js';
import type { TrafficRouter } from '../ports/traffic-router.js';

export interface GatewayRouterOptions {
  /** Base URLs of the admin listeners of all replicas. */
  readonly adminUrls: readonly string[];
  /** Of one call to one gateway. */
  readonly timeoutMs?: number;
}

interface Answer {
  readonly status: number;
  readonly data: unknown;
}

/** Far above any route. */
const LARGEST_ANSWER_BYTES = 2 ** 20;

/** Our own gateways, by their admin listeners. */
export function createGatewayRouter(options: GatewayRouterOptions): TrafficRouter {
  const urls = options.adminUrls.map((url) => url.replace(/\/+$/, ''));
  const http = axios.create({
    timeout: options.timeoutMs ?? 3000,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: LARGEST_ANSWER_BYTES,
    validateStatus: () => true,
  });

  return {
    async apply(route) {
      const { answered, failed } = await fromAll((url) => put(url, route));
      const stale = failed.find((error) => error instanceof SluiceError && error.code === 'EPOCH_STALE');
      if (stale !== undefined) throw stale;
      if (failed.length > 0) throw unreachable(failed);
      return answered;
    },
    async readBack(service) {
      const { answered, failed } = await fromAll((url) => get(url, service));
      // One silent gateway is left out; from none, nothing can be said.
      if (answered.length === 0 && failed.length > 0) throw unreachable(failed);
      return answered.filter((answer) => answer !== null);
    },
  };

  /** In parallel: one slow gateway must not keep the others from a rollback. */
  async function fromAll<T>(ask: (url: string) => Promise<T>): Promise<{ answered: T[]; failed: unknown[] }> {
    const answers = await Promise.allSettled(urls.map(ask));
    return {
      answered: answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
      failed: answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : [])),
    };
  }

  /** The answer is what the gateway read back from its own table after it took the route. */
  async function put(url: string, route: Route): Promise<AppliedRoute> {
    const answer = await call(url, () => http.put<unknown>(`${url}/v1/routes/${route.service}`, route));
    if (answer.status === 409) throw new SluiceError('EPOCH_STALE', `gateway ${url}: ${reasonOf(answer)}`);
    const applied = appliedRoute(url, answer);
    const held = `gateway ${url} holds epoch ${applied.route.epoch}`;
    if (!isDeepStrictEqual(applied.route, route))
      throw new SluiceError('GATEWAY_UNREACHABLE', `${held}, which is not the route that was sent`);
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
    throw new SluiceError('GATEWAY_UNREACHABLE', `gateway ${url}: ${describeError(error)}`, { cause: error });
  }
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

function unreachable(failed: readonly unknown[]): SluiceError {
  return new SluiceError('GATEWAY_UNREACHABLE', failed.map(describeError).join('; '), { cause: failed[0] });
}
