import { performance } from 'node:perf_hooks';
import type { ModelTarget } from '../domain/route.js';
import type { AccessLog } from './access-log.js';
import { AnswerCopy, UNREADABLE } from './answer.js';
import { answerHeaders } from './headers.js';
import type { HeaderList } from './http1/head.js';
import type { Limits } from './limits.js';
import type { GatewayMetrics } from './metrics.js';
import type { PredictionId, PredictionIds } from './prediction-id.js';
import type { Observed, Recorder } from './recorder.js';
import type { Exposed } from './route-table.js';
import type { AnswerWriter } from './server/answer-writer.js';
import type { ShadowQueue } from './shadow-queue.js';
import type { AnswerSink, Flow, UpstreamError, UpstreamRequest } from './upstream/connection.js';
import type { Upstreams } from './upstream/upstreams.js';

export interface ExchangeDeps {
  readonly upstreams: Upstreams;
  readonly recorder: Recorder;
  readonly metrics: GatewayMetrics;
  readonly ids: PredictionIds;
  readonly shadow: ShadowQueue;
  readonly limits: Limits;
  readonly accessLog: AccessLog | null;
}

/** A user's request, read and assigned. */
export interface AssignedRequest {
  readonly exposed: Exposed;
  readonly request: UpstreamRequest;
  readonly response: AnswerWriter;
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
  /** Only of answers that are recorded or mirrored. */
  private copy: AnswerCopy | null = null;
  private isMirrored = false;
  private isRecorded = false;
  /** Held back until the first bytes of the body: while the user has seen nothing, the baseline can still answer. */
  private head: string[] | null = null;
  /** The newest part of the body; an answer that came in one piece goes out in one piece. */
  private held: Buffer | null = null;
  private isWatched = false;
  /** Nothing that still arrives is of interest. */
  private over = false;

  constructor(deps: ExchangeDeps, assigned: AssignedRequest, arm: UserArm, target: ModelTarget) {
    this.deps = deps;
    this.assigned = assigned;
    this.arm = arm;
    this.target = target;
  }

  onStart(status: number, headers: HeaderList, flow: Flow): void {
    if (this.over) return;
    this.status = status;
    if (status >= 500 && this.arm === 'candidate') {
      flow.abort();
      return this.fallBack();
    }
    if (this.assigned.response.destroyed) return this.nobodyWaits(flow);
    const { version } = this.target;
    const { service, epoch } = this.assigned.exposed.route;
    const made = this.deps.ids.make({ service, arm: this.arm, version, epoch, at: this.at });
    this.predictionId = made.id;
    if (this.assigned.isPrediction) this.decideRecording(headers, made);
    this.head = answerHeaders(headers, ['x-sluice-version', version, 'x-sluice-prediction-id', this.predictionId]);
  }

  onData(chunk: Buffer, flow: Flow): void {
    if (this.over) return;
    this.copy?.add(chunk);
    if (this.held !== null) this.write(this.held, flow);
    this.held = chunk;
  }

  /** More will come, but not at once: what is there must not wait for it. */
  onPause(flow: Flow): void {
    // The head alone is held back; from the first bytes on, the answer is this version's.
    if (!this.over && this.held !== null) this.flush(flow);
  }

  onEnd(): void {
    if (this.over) return;
    const { response } = this.assigned;
    this.sendHead();
    this.over = true;
    response.end(this.held);
    const observed = this.observe(this.status >= 500);
    if (this.isRecorded || this.isMirrored) this.keepPrediction(observed);
  }

  onError(error: UpstreamError): void {
    if (this.over) return;
    const { response } = this.assigned;
    if (this.arm === 'candidate' && !response.headersSent) return this.fallBack();
    this.over = true;
    this.observe(true);
    const isSlow = error.fault === 'timeout';
    // Part of an answer is out: only a broken connection tells the user that it is not whole.
    if (response.headersSent) response.destroy();
    else
      response.replyJson(isSlow ? 504 : error.fault === 'overloaded' ? 503 : 502, {
        error: `${this.target.version} ${isSlow ? 'did not answer in time' : 'can not be reached'}`,
      });
  }

  private flush(flow: Flow): void {
    if (this.held !== null) this.write(this.held, flow);
    this.held = null;
    this.watchUser(flow);
  }

  private write(chunk: Buffer, flow: Flow): void {
    this.sendHead();
    const { response } = this.assigned;
    // A user who reads slowly slows the model server down, rather than fill this process's memory.
    if (response.write(chunk)) return;
    flow.pause();
    response.onceDrained(() => {
      if (!this.over) flow.resume();
    });
  }

  /** Only answers that come in several pieces need to hear of a user who leaves. */
  private watchUser(flow: Flow): void {
    if (this.isWatched) return;
    this.isWatched = true;
    this.assigned.response.onLeave(() => this.userLeft(flow));
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
    flow.abort();
    this.observe(this.status >= 500);
  }

  /** A user who hangs up in the middle of an answer says nothing about the version. */
  private userLeft(flow: Flow): void {
    if (this.over) return;
    this.over = true;
    flow.abort();
  }

  private observe(failed: boolean): Observed {
    const { assigned, arm, at, status } = this;
    const latencyMs = performance.now() - this.startedAt;
    const { version } = this.target;
    const { route } = assigned.exposed;
    const observed = { route, arm, version, at, latencyMs, status, failed };
    if (assigned.isPrediction) this.deps.recorder.count(observed);
    this.deps.accessLog?.add(observed, assigned.request, this.predictionId);
    return observed;
  }

  private decideRecording(headers: HeaderList, { first, second }: PredictionId): void {
    const { exposed } = this.assigned;
    const { recorder, limits } = this.deps;
    this.isMirrored =
      this.arm === 'baseline' && exposed.route.candidate !== null && second * 100 < exposed.shadowPercent;
    this.isRecorded = recorder.samples(first, this.at);
    if (this.isMirrored || this.isRecorded) this.copy = new AnswerCopy(headers, limits.readableAnswerBytes);
  }

  private keepPrediction(observed: Observed): void {
    const { request, unit } = this.assigned;
    const { recorder, ids, shadow } = this.deps;
    const { predictionId } = this;
    const answer = this.copy?.read() ?? UNREADABLE;
    const unitHash = ids.hashUnit(unit);
    if (this.isRecorded) recorder.predict(observed, predictionId, unitHash, answer);
    if (this.isMirrored)
      shadow.add({ baseline: observed, answer, request, predictionId, unitHash, isRecorded: this.isRecorded });
  }
}
