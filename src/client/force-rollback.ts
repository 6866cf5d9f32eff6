import { describeError, SluiceError } from '../domain/errors.js';
import type { RecordedRollback } from '../domain/forced-rollback.js';
import { type AppliedRoute, type ModelTarget, newestOf, type Route } from '../domain/route.js';
import { type GatewayOutcome, type Held, isFinal, setOnAll } from '../traffic/force-route.js';
import { GatewayAddresses } from '../traffic/gateway-addresses.js';
import { createGatewayClient, type GatewayClient } from '../traffic/gateway-client.js';
import { type ApiClient, createApiClient } from './api-client.js';
import { type Reading, reading } from './reading.js';
import { baselineBefore, stableAfter, urlOf } from './way-back.js';

export interface ForceOptions {
  readonly gatewayAdminUrls: readonly string[];
  readonly adminToken: string | null;
  readonly apiUrl: string;
  /** Whoever holds the store itself; by default the api at that address. */
  readonly api?: ApiClient;
  /** How long gateways that can't be reached are tried. */
  readonly patienceMs?: number;
  /** Of one call. */
  readonly timeoutMs?: number;
}

export interface ForceRequest {
  readonly service: string;
  readonly actor: string;
  readonly reason: string;
  /** Where to go back to; absent: the baseline of the trial in progress. */
  readonly to?: { readonly version: string; readonly url?: string | undefined } | undefined;
}

export interface ForcedOutcome {
  readonly route: Route;
  readonly gateways: readonly GatewayOutcome[];
  /** Unread: the ledger does not know of it. */
  readonly ledger: Reading<RecordedRollback>;
}

const RETRY_MS = 250;

/**
 * Gives all traffic of a service back to its baseline on the gateways themselves. Needs neither Temporal nor a worker, and of the gateways those that live.
 * @throws {SluiceError} GATEWAY_UNREACHABLE where none answers in time; NOT_FOUND where none knows the service; USAGE where nobody knows the way back
 */
export async function forceRollback(request: ForceRequest, options: ForceOptions): Promise<ForcedOutcome> {
  const { adminToken, apiUrl, patienceMs = 15_000, timeoutMs = 2000 } = options;
  const deadline = performance.now() + patienceMs;
  const addresses = new GatewayAddresses(options.gatewayAdminUrls);
  const gateways = createGatewayClient({ adminToken, timeoutMs });
  const api = options.api ?? createApiClient({ apiUrl, token: adminToken, timeoutMs });
  const [held, wanted] = await Promise.all([
    untilKnown(addresses, gateways, request.service, deadline),
    reading(() => api.routes()),
  ]);
  const kept = wanted.kind === 'read' ? wanted.value.routes.filter((one) => one.service === request.service) : [];
  const known = [...[...held.values()].map(({ route }) => route), ...kept];
  const newest = newestOf(known);
  if (newest === null) throw new SluiceError('NOT_FOUND', `no gateway knows of ${request.service}`);
  const target = await targetOf(request, known, newest, api);
  const first = stableAfter(newest, target, newest.epoch + 1);
  const { route, outcomes } = await setOnAll({ addresses, gateways, held, newest, first, deadline, retryMs: RETRY_MS });
  const { actor, reason } = request;
  const at = new Date().toISOString();
  const ledger = await reading(() => api.recordForcedRollback({ at, actor, reason, route }));
  return { route, gateways: outcomes, ledger };
}

/** Asks all gateways, again and again until one of them knows the service. */
async function untilKnown(
  addresses: GatewayAddresses,
  gateways: GatewayClient,
  service: string,
  deadline: number,
): Promise<Held> {
  for (;;) {
    const { urls, unresolved } = await addresses.reachable();
    const answers = await Promise.allSettled(urls.map((url) => gateways.get(url, service)));
    const held = new Map<string, AppliedRoute>();
    const failures: unknown[] = unresolved.map(({ error }) => error);
    for (const [i, answer] of answers.entries())
      if (answer.status === 'rejected') failures.push(answer.reason);
      else if (answer.value !== null) held.set(urls[i] ?? '', answer.value);
    if (held.size > 0) return held;
    if (failures.length === 0) throw new SluiceError('NOT_FOUND', `no gateway knows of ${service}`);
    if (failures.every(isFinal)) throw failures[0];
    if (performance.now() > deadline)
      throw new SluiceError('GATEWAY_UNREACHABLE', `no gateway answers: ${failures.map(describeError).join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** @throws {SluiceError} USAGE saying what to give */
async function targetOf(
  { service, to }: ForceRequest,
  known: readonly Route[],
  newest: Route,
  api: ApiClient,
): Promise<ModelTarget> {
  if (to !== undefined) {
    const url = to.url ?? urlOf(known, to.version);
    if (url !== null) return { version: to.version, url };
    throw new SluiceError('USAGE', `no route names an address of ${to.version}: give it with --url <url>`);
  }
  const before = baselineBefore(known);
  if (before !== null) return before;
  const { rolloutId } = newest;
  const view = rolloutId === null ? null : await reading(() => api.rollout(rolloutId));
  const earlier = view?.kind === 'read' ? view.value?.baseline : undefined;
  // It has been rolled back already: once more, for the gateways that have not heard of it.
  if (earlier === newest.baseline.version) return newest.baseline;
  const hint = earlier === undefined ? '' : ` (the baseline of ${rolloutId} was ${earlier})`;
  throw new SluiceError(
    'USAGE',
    `no candidate of ${service} is under trial: ${newest.baseline.version} serves all since epoch ${newest.epoch}. Name the version to go back to${hint}: sluice rollback ${service} --force --to <version> --url <url>`,
  );
}
