import axios from 'axios';
import { describeError, SluiceError } from '../domain/errors.js';
import type { AppliedRoute, Route } from '../domain/route.js';
import type { TrafficRouter } from '../ports/traffic-router.js';

/** Our own gateways, by their admin listeners. */
export function createGatewayRouter(options: { adminUrls: readonly string[]; timeoutMs?: number }): TrafficRouter {
  const http = axios.create({ timeout: options.timeoutMs ?? 3000, proxy: false, maxRedirects: 0 });
  return {
    async apply(route) {
      const answers = await Promise.allSettled(options.adminUrls.map((url) => put(url, route)));
      const failed = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
      const stale = failed.find((error) => error instanceof SluiceError && error.code === 'EPOCH_STALE');
      if (stale !== undefined) throw stale;
      if (failed.length > 0) throw new SluiceError('GATEWAY_UNREACHABLE', failed.map(describeError).join('; '));
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    },
    async readBack(service) {
      const answers = await Promise.all(options.adminUrls.map((url) => get(url, service)));
      return answers.filter((answer) => answer !== null);
    },
  };

  /** The answer is what the gateway read back from its own table after it took the route. */
  async function put(url: string, route: Route): Promise<AppliedRoute> {
    const { status, data } = await call(url, () =>
      http.put<AppliedRoute & { error?: string }>(`${url}/v1/routes/${route.service}`, route, {
        validateStatus: () => true,
      }),
    );
    if (status === 409) throw new SluiceError('EPOCH_STALE', data.error ?? `${url} refused epoch ${route.epoch}`);
    if (status !== 200) throw new SluiceError('ROUTE_INVALID', `gateway ${url}: status ${status}: ${data.error ?? ''}`);
    if (data.route.epoch !== route.epoch)
      throw new SluiceError(
        'GATEWAY_UNREACHABLE',
        `gateway ${url} holds epoch ${data.route.epoch}, not ${route.epoch}`,
      );
    return data;
  }

  async function get(url: string, service: string): Promise<AppliedRoute | null> {
    const { status, data } = await call(url, () =>
      http.get<AppliedRoute>(`${url}/v1/routes/${service}`, { validateStatus: () => true }),
    );
    return status === 200 ? data : null;
  }
}

async function call<T>(url: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw new SluiceError('GATEWAY_UNREACHABLE', `gateway ${url}: ${describeError(error)}`, { cause: error });
  }
}
