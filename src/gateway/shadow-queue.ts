import { performance } from 'node:perf_hooks';
import type { Route } from '../domain/route.js';
import { AnswerCopy } from './answer.js';
import { isEventStream } from './exchange/soundness.js';
import { StreamWatch } from './exchange/stream-watch.js';
import { shadowHeaders } from './headers.js';
import type { Limits } from './limits.js';
import type { GatewayMetrics } from './metrics.js';
import { type ReadAnswer, UNREADABLE } from './read-answer.js';
import type { Observed, Recorder } from './record/recorder.js';
import type { RouteTable } from './route-table.js';
import type { AnswerSink, UpstreamRequest } from './upstream/connection.js';
import type { Upstreams } from './upstream/upstreams.js';

/** A request that the baseline has answered, to be put to the candidate as well. */
export interface ShadowCopy {
  readonly baseline: Observed;
  readonly answer: ReadAnswer;
  readonly request: UpstreamRequest;
  /** Where the baseline's answer was recorded: then the candidate's is as well. */
  readonly sampled: Sampled | null;
}

interface Sampled {
  readonly predictionId: string;
  readonly unitHash: string;
}

export interface ShadowDeps {
  readonly routes: RouteTable;
  readonly upstreams: Upstreams;
  readonly recorder: Recorder;
  readonly metrics: GatewayMetrics;
  readonly limits: Limits;
}

/** Timers are no finer. */
const LEAST_PAUSE_MS = 1;
const MEAN_OVER = 20;

/** Copies wait here until few enough are on their way; beyond the limit they are dropped and counted. No user waits for one. */
export class ShadowQueue {
  private waiting: ShadowCopy[] = [];
  private waitingBytes = 0;
  private inFlight = 0;
  private closed = false;
  /** Of the latest answers, and when the next copy may go. */
  private meanMs = 0;
  private nextAt = 0;
  private pause: NodeJS.Timeout | null = null;
  private onIdle: () => void = () => undefined;
  private readonly deps: ShadowDeps;
  dropped = 0;

  constructor(deps: ShadowDeps) {
    this.deps = deps;
  }

  /** Whether a copy of a request under way would find room; one that would not is dropped and counted now, before it costs anything. */
  admits({ service }: Route): boolean {
    if (!this.closed && this.waiting.length < this.deps.limits.shadowQueue) return true;
    this.drop(service);
    return false;
  }

  add(copy: ShadowCopy): void {
    const { limits } = this.deps;
    const bytes = this.waitingBytes + bodyBytes(copy);
    if (this.closed || this.waiting.length >= limits.shadowQueue || bytes > limits.shadowQueueBytes)
      return this.drop(copy.baseline.route.service);
    this.waiting.push(copy);
    this.waitingBytes = bytes;
    this.next();
  }

  /** Drops what waits, and lets what is on its way be answered and recorded, for a while. */
  async close(patienceMs: number): Promise<void> {
    this.closed = true;
    if (this.pause !== null) clearTimeout(this.pause);
    for (const copy of this.waiting) this.drop(copy.baseline.route.service);
    [this.waiting, this.waitingBytes] = [[], 0];
    if (this.inFlight === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private drop(service: string): void {
    this.dropped += 1;
    this.deps.metrics.countShadowDrop(service);
  }

  private next(): void {
    const { limits, routes } = this.deps;
    while (this.inFlight < limits.shadowInFlight && !this.mustWait()) {
      const copy = this.waiting.shift();
      if (copy === undefined) break;
      this.waitingBytes -= bodyBytes(copy);
      // What waited past a rollback must not reach the candidate any more.
      if (routes.isExposed(copy.baseline.route)) this.send(copy);
    }
    if (this.inFlight === 0) this.onIdle();
  }

  /**
   * Copies to a slow candidate go out evenly over the time it takes: sent together, they would be answered together, and their answers would
   * keep users waiting.
   */
  private mustWait(): boolean {
    const waitMs = this.nextAt - performance.now();
    if (waitMs < LEAST_PAUSE_MS) return false;
    this.pause ??= setTimeout(() => {
      this.pause = null;
      this.next();
    }, waitMs);
    return true;
  }

  private send(copy: ShadowCopy): void {
    const { route } = copy.baseline;
    const { candidate } = route;
    if (candidate === null) return;
    this.inFlight += 1;
    this.nextAt = performance.now() + this.meanMs / this.deps.limits.shadowInFlight;
    const [at, startedAt] = [Date.now(), performance.now()];
    let [status, answer, stream] = [0, null as AnswerCopy | null, null as StreamWatch | null];
    const finish = (failed: boolean) => {
      if (sink.over) return;
      sink.over = true;
      clearTimeout(timer);
      this.inFlight -= 1;
      const endedAt = performance.now();
      this.meanMs += (endedAt - startedAt - this.meanMs) / MEAN_OVER;
      // As with users: of a stream, what counts is its first bit.
      const latencyMs = (stream?.firstAt || endedAt) - startedAt;
      this.record(
        copy,
        { ...copy.baseline, arm: 'shadow', version: candidate.version, at, latencyMs, status, failed },
        answer === null ? null : answer.read(),
      );
      this.next();
    };
    // A stream has said by now how fast it begins, though not what it says.
    const giveUp = () => {
      answer = null;
      finish(status >= 500 || stream === null || stream.firstAt === 0 || stream.failed);
    };
    const timer = setTimeout(giveUp, this.deps.limits.shadowAnswerMs);
    const sink: AnswerSink & { over: boolean } = {
      over: false,
      onStart: (code, headers) => {
        status = code;
        if (isEventStream(headers)) stream = new StreamWatch(route.protocol.kind);
        answer = new AnswerCopy(headers, this.deps.limits.readableAnswerBytes, route.protocol);
      },
      onData: (chunk) => {
        stream?.see(chunk);
        answer?.add(chunk);
      },
      onPause: () => undefined,
      onEnd: () => finish(status >= 500 || stream?.failed === true),
      onError: () => finish(true),
    };
    const headers = shadowHeaders(copy.request.headers);
    this.deps.upstreams.dispatch(candidate.url, { ...copy.request, headers }, sink);
  }

  private record(copy: ShadowCopy, shadow: Observed, answer: ReadAnswer | null): void {
    const { recorder } = this.deps;
    const { baseline, answer: ours } = copy;
    const { route, at } = shadow;
    const said = (shadow.failed ? null : answer) ?? UNREADABLE;
    recorder.count(shadow);
    recorder.compare({
      route,
      at,
      agreed: shadow.failed ? null : agreement(ours, answer, route.traffic?.scoreTolerance),
      baselineError: baseline.failed,
      candidateError: shadow.failed,
      latencyDifferenceMs: shadow.latencyMs - baseline.latencyMs,
      scoreDifference: ours.score === null || said.score === null ? null : said.score - ours.score,
    });
    if (copy.sampled !== null) this.sample(copy, copy.sampled, shadow, said);
  }

  private sample(
    { baseline, answer, request }: ShadowCopy,
    sampled: Sampled,
    shadow: Observed,
    said: ReadAnswer,
  ): void {
    const { recorder } = this.deps;
    const { service, rolloutId, epoch } = shadow.route;
    recorder.predict(shadow, { ...sampled, body: request.body }, said);
    recorder.pair({
      predictionId: sampled.predictionId,
      service,
      rolloutId,
      epoch,
      at: new Date(shadow.at).toISOString(),
      baselineLabel: answer.label,
      candidateLabel: said.label,
      baselineScore: answer.score,
      candidateScore: said.score,
      baselineLatencyMs: baseline.latencyMs,
      candidateLatencyMs: shadow.latencyMs,
      baselineError: baseline.failed,
      candidateError: shadow.failed,
    });
  }
}

/**
 * Whether the candidate says the same: its label, or where a tolerance is given its score (of a regression: the number itself). No prediction at all
 * where the baseline makes one is not the same.
 * @param candidate null: not known
 * @returns null where one of them is not known
 */
function agreement(baseline: ReadAnswer, candidate: ReadAnswer | null, tolerance: number | undefined): boolean | null {
  if (baseline.label === null || candidate === null) return null;
  if (candidate.label === null) return false;
  if (tolerance === undefined) return baseline.label === candidate.label;
  const [x, y] = [numberIn(baseline), numberIn(candidate)];
  return Number.isFinite(x) && Number.isFinite(y) ? Math.abs(x - y) <= tolerance : baseline.label === candidate.label;
}

function numberIn({ label, score }: ReadAnswer): number {
  if (score !== null) return score;
  return label === null || label.trim() === '' ? Number.NaN : Number(label);
}

function bodyBytes({ request }: ShadowCopy): number {
  return request.body?.length ?? 0;
}
