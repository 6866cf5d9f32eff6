import { SluiceError } from '../domain/errors.js';
import { readinessOf } from '../domain/protocol.js';
import type { ModelTarget, Route } from '../domain/route.js';
import { collectAnswer } from './exchange/collect-answer.js';
import { shadowHeaders } from './headers.js';
import { MemoryBudget } from './memory-budget.js';
import type { UpstreamRequest } from './upstream/connection.js';
import type { Upstreams } from './upstream/upstreams.js';

/** Requests of a service that are remembered, the newest. */
const REMEMBERED = 16;
const LARGEST_BODY_BYTES = 64 * 1024;
const AT_ONCE = 4;
/** The control plane waits for the answer to its command. */
const PATIENCE_MS = 2000;
const ANSWER_BYTES = 2 ** 20;

/** Lets a version answer what users asked lately, unseen, before the first of them meets it: caches fill, connections open, code is compiled. */
export class WarmUp {
  private readonly recent = new Map<string, UpstreamRequest[]>();
  private readonly held = new MemoryBudget(AT_ONCE * ANSWER_BYTES);
  private readonly upstreams: Upstreams;

  constructor(upstreams: Upstreams) {
    this.upstreams = upstreams;
  }

  remember(service: string, request: UpstreamRequest): void {
    if ((request.body?.length ?? 0) > LARGEST_BODY_BYTES) return;
    const recent = this.recent.get(service);
    if (recent === undefined) return void this.recent.set(service, [request]);
    recent.push(request);
    if (recent.length > REMEMBERED) recent.shift();
  }

  /**
   * Warms up the version that gets its first weight by a route, where the route asks for it.
   * @throws {SluiceError} MODEL_UNREACHABLE where the version is not ready: then the route must not be taken
   */
  async before(route: Route, known: Route | undefined): Promise<void> {
    const requests = route.traffic?.warmUp ?? 0;
    const target = firstWeightOf(route, known);
    if (requests === 0 || target === null) return;
    const deadline = performance.now() + PATIENCE_MS;
    await this.assertReady(route, target, deadline);
    const recent = this.recent.get(route.service) ?? [];
    let sent = 0;
    const work = async () => {
      while (recent.length > 0 && sent < requests && performance.now() < deadline) {
        const request = recent[sent % recent.length] as UpstreamRequest;
        sent += 1;
        await this.ask(target, { ...request, headers: shadowHeaders(request.headers) }, deadline);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  private async assertReady({ service, protocol }: Route, { version, url }: ModelTarget, deadline: number) {
    const { path, highestStatus } = readinessOf(protocol);
    const { status } = await this.ask({ version, url }, { method: 'GET', path, headers: [], body: null }, deadline);
    if (status < 200 || status > highestStatus)
      throw new SluiceError(
        'MODEL_UNREACHABLE',
        `${service}: ${version} is not ready for its first weight: ${url}${path} ${status === 0 ? 'does not answer' : `says ${status}`}`,
      );
  }

  private ask({ url }: ModelTarget, request: UpstreamRequest, deadline: number) {
    const patienceMs = Math.max(1, deadline - performance.now());
    return collectAnswer(this.upstreams, url, request, { held: this.held, most: ANSWER_BYTES, patienceMs });
  }
}

/** The version that users meet by this route and did not meet before; null where there is none. */
function firstWeightOf({ baseline, candidate, weightPercent }: Route, known: Route | undefined): ModelTarget | null {
  const met = [known?.baseline.url, ...((known?.weightPercent ?? 0) > 0 ? [known?.candidate?.url] : [])];
  if (candidate !== null && weightPercent > 0 && !met.includes(candidate.url)) return candidate;
  // A switch of all at once, from one version to another.
  return known !== undefined && !met.includes(baseline.url) ? baseline : null;
}
