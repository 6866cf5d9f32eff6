import { describeError, SluiceError } from '../domain/errors.js';
import type { TrafficRouter } from '../ports/traffic-router.js';
import { GatewayAddresses, type Unanswered } from './gateway-addresses.js';
import { createGatewayClient, GatewaySilent } from './gateway-client.js';
import type { RouterOptions } from './open-router.js';
import { unlistedAmong } from './unlisted-gateways.js';

/** Our own gateways, by their admin listeners. */
export function createGatewayRouter(options: RouterOptions): TrafficRouter {
  const addresses = new GatewayAddresses(options.adminUrls);
  const gateways = createGatewayClient({
    adminToken: options.adminToken ?? null,
    timeoutMs: options.timeoutMs ?? 3000,
    ...(options.traceHeaders && { traceHeaders: options.traceHeaders }),
  });
  /** Since when a gateway has been silent, on the monotonic clock. Another worker may have reached it since: hence only from when this one could not. */
  const silentSince = new Map<string, number>();

  return {
    async apply(route, lapsedAfterMs = Number.POSITIVE_INFINITY) {
      const { answered, failed } = await fromAll((url) => gateways.put(url, route));
      const stale = failed.find(({ error }) => error instanceof SluiceError && error.code === 'EPOCH_STALE');
      if (stale !== undefined) throw stale.error;
      const missing = failed.filter(({ url, error }) => !isSilence(error) || silentFor(url) < lapsedAfterMs);
      if (missing.length > 0 || answered.length === 0) throw unreachable(failed);
      return answered;
    },
    async readBack(service) {
      const { answered, failed } = await fromAll((url) => gateways.get(url, service));
      // One silent gateway is left out; from none, nothing can be said.
      if (answered.length === 0 && failed.length > 0) throw unreachable(failed);
      return answered.filter((answer) => answer !== null);
    },
    async untilTripped(route, waitMs, signal) {
      const urls = await addresses.current().catch(() => []);
      return Promise.any(urls.map((url) => gateways.untilTripped(url, route, waitMs, signal))).catch(() => null);
    },
    async trip(route, trip) {
      await fromAll((url) => gateways.trip(url, route, trip));
    },
    async unlisted() {
      const { answered, failed } = await fromAll(async (url) => ({ url, report: await gateways.report(url) }));
      return unlistedAmong([...answered, ...failed.map(({ url }) => ({ url, report: null }))], gateways);
    },
  };

  function silentFor(url: string): number {
    return performance.now() - (silentSince.get(url) ?? performance.now());
  }

  /** In parallel: one slow gateway must not keep the others from a rollback. */
  async function fromAll<T>(ask: (url: string) => Promise<T>): Promise<{ answered: T[]; failed: Unanswered[] }> {
    const urls = await addresses.current();
    const answers = await Promise.allSettled(urls.map(ask));
    const answered: T[] = [];
    const failed: Unanswered[] = [];
    for (const [i, answer] of answers.entries()) {
      const url = urls[i] as string;
      if (answer.status === 'fulfilled') answered.push(answer.value);
      else failed.push({ url, error: answer.reason as unknown });
      if (answer.status === 'fulfilled' || !isSilence(answer.reason)) silentSince.delete(url);
      else if (!silentSince.has(url)) silentSince.set(url, performance.now());
    }
    return { answered, failed };
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof GatewaySilent;
}

function unreachable(failed: readonly Unanswered[]): SluiceError {
  const errors = failed.map(({ error }) => error);
  return new SluiceError('GATEWAY_UNREACHABLE', errors.map(describeError).join('; '), { cause: errors[0] });
}
