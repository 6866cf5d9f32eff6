import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { ModelTarget } from '../domain/route.js';
import { isSampled } from '../routing/bucket.js';
import { AnswerCopy, UNREADABLE } from './answer.js';
import { answerHeaders, type Headers } from './headers.js';
import type { Limits } from './limits.js';
import type { GatewayMetrics } from './metrics.js';
import type { PredictionIds } from './prediction-id.js';
import type { Observed, Recorder } from './recorder.js';
import { replyJson } from './reply.js';
import type { Exposed } from './route-table.js';
import type { ShadowQueue } from './shadow-queue.js';
import type { AnswerSink, Flow, UpstreamRequest, Upstreams } from './upstream.js';

export interface ExchangeDeps {
  readonly upstreams: Upstreams;
  readonly recorder: Recorder;
  readonly metrics: GatewayMetrics;
  readonly ids: PredictionIds;
  readonly shadow: ShadowQueue;
  readonly limits: Limits;
}

/** A user's request, read and assigned. */
export interface AssignedRequest {
  readonly exposed: Exposed;
  readonly request: UpstreamRequest;
  readonly response: ServerResponse;
  readonly unit: string;
  /** Only predictions are counted, sampled and mirrored. */
  readonly isPrediction: boolean;
}

export type UserArm = 'baseline' | 'candidate';

/**
 * Sends a request to one arm and streams its answer to the user. Where the candidate fails before the user has seen anything
 * of its answer, the baseline answers instead, and the failure is the candidate's.
 */
export function answerFrom(deps: ExchangeDeps, assigned: AssignedRequest, arm: UserArm): void {
  const target = assigned.exposed.route[arm] ?? assigned.exposed.route.baseline;
  deps.upstreams.dispatch(target.url, assigned.request, new Attempt(deps, assigned, arm, target));
}

class Attempt implements AnswerSink {
  private readonly deps: ExchangeDeps;
  private readonly assigned: AssignedRequest;
  private readonly arm: UserArm;
  private readonly target: ModelTarget;
  private readonly at = Date.now();
  private readonly startedAt = performance.now();
  private status = 0;
  private predictionId = '';
  private copy: AnswerCopy | null = null;
  /** Held back until the first bytes of the body: while the user has seen nothing, the baseline can still answer. */
  private head: Headers | null = null;
  /** Nothing that still arrives is of interest. */
  private over = false;

  constructor(deps: ExchangeDeps, assigned: AssignedRequest, arm: UserArm, target: ModelTarget) {
    this.deps = deps;
    this.assigned = assigned;
    this.arm = arm;
    this.target = target;
  }

  onStart(status: number, headers: IncomingHttpHeaders, flow: Flow): void {
    if (this.over || status < 200) return;
    this.status = status;
    if (status >= 500 && this.arm === 'candidate') {
      this.fallBack();
      return flow.abort(new Error('answered by the baseline'));
    }
    const { response, exposed } = this.assigned;
    if (response.destroyed) return this.nobodyWaits(flow);
    const { ids, limits } = this.deps;
    const { service, epoch } = exposed.route;
    const { version } = this.target;
    this.predictionId = ids.make({ service, arm: this.arm, version, epoch, at: this.at });
    this.copy = new AnswerCopy(headers, limits.readableAnswerBytes);
    response.on('drain', () => {
      if (!this.over) flow.resume();
    });
    response.on('close', () => this.userLeft(flow));
    this.head = { ...answerHeaders(headers), 'x-sluice-version': version, 'x-sluice-prediction-id': this.predictionId };
  }

  onData(chunk: Buffer, flow: Flow): void {
    if (this.over) return;
    this.copy?.add(chunk);
    this.sendHead();
    // A user who reads slowly slows the model server down, rather than fill this process's memory.
    if (!this.assigned.response.write(chunk)) flow.pause();
  }

  onEnd(): void {
    if (this.over) return;
    this.sendHead();
    this.over = true;
    const observed = this.observe(this.status >= 500);
    this.assigned.response.end();
    if (this.assigned.isPrediction) this.keepPrediction(observed);
  }

  onError(error: Error): void {
    if (this.over) return;
    const { response } = this.assigned;
    if (this.arm === 'candidate' && !response.headersSent) return this.fallBack();
    this.over = true;
    this.observe(true);
    const slow = 'code' in error && /TIMEOUT/.test(String(error.code));
    // Part of an answer is out: only a broken connection tells the user that it is not whole.
    if (response.headersSent) response.destroy();
    else
      replyJson(response, slow ? 504 : 502, {
        error: `${this.target.version} ${slow ? 'did not answer in time' : 'can not be reached'}`,
      });
  }

  private fallBack(): void {
    this.over = true;
    this.observe(true);
    this.deps.metrics.countFallback(this.assigned.exposed.route.service);
    if (!this.assigned.response.destroyed) answerFrom(this.deps, this.assigned, 'baseline');
  }

  private sendHead(): void {
    if (this.head !== null) this.assigned.response.writeHead(this.status, this.head);
    this.head = null;
  }

  /** The user left before the answer began. How long it took still counts: else a hanging version would hide behind users who give up. */
  private nobodyWaits(flow: Flow): void {
    this.over = true;
    this.observe(this.status >= 500);
    flow.abort(new Error('the user has gone'));
  }

  /** A user who hangs up in the middle of an answer says nothing about the version. */
  private userLeft(flow: Flow): void {
    if (this.over) return;
    this.over = true;
    flow.abort(new Error('the user has gone'));
  }

  private observe(failed: boolean): Observed {
    const { assigned, arm, at, status } = this;
    const latencyMs = performance.now() - this.startedAt;
    const observed = {
      route: assigned.exposed.route,
      arm,
      version: this.target.version,
      at,
      latencyMs,
      status,
      failed,
    };
    if (assigned.isPrediction) {
      this.deps.recorder.count(observed);
      this.deps.metrics.observe(observed);
    }
    return observed;
  }

  private keepPrediction(observed: Observed): void {
    const { exposed, request, unit } = this.assigned;
    const { recorder, ids, shadow } = this.deps;
    const { predictionId } = this;
    const isMirrored =
      this.arm === 'baseline' &&
      exposed.route.candidate !== null &&
      isSampled('shadow', predictionId, exposed.shadowPercent);
    if (!isMirrored && !recorder.samples(predictionId)) return;
    const answer = this.copy?.read() ?? UNREADABLE;
    const unitHash = ids.hashUnit(unit);
    recorder.predict(observed, predictionId, unitHash, answer);
    if (isMirrored) shadow.add({ baseline: observed, answer, request, predictionId, unitHash });
  }
}
