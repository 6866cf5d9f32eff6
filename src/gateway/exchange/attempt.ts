import { performance } from 'node:perf_hooks';
import { AnswerCopy } from '../answer.js';
import { answerHeaders } from '../headers.js';
import type { HeaderList } from '../http1/head.js';
import type { PredictionId } from '../prediction-id.js';
import { UNREADABLE } from '../read-answer.js';
import type { Observed } from '../record/recorder.js';
import type { Assignment } from '../served-route.js';
import { type AnswerSink, type Flow, UpstreamError } from '../upstream/connection.js';
import type { AssignedRequest, ExchangeDeps } from './assigned-request.js';
import { countAnswer } from './count-answer.js';
import { HeldAnswer } from './held-answer.js';
import { isEventStream, looksLikePrediction, soundnessOf } from './soundness.js';
import { StreamWatch } from './stream-watch.js';

/**
 * Sends a request to the version it was assigned to and streams the answer to the user. Where the candidate fails before the user has seen
 * anything of its answer, the baseline answers instead unless the route says otherwise, and the failure is the candidate's.
 */
export function answerFrom(deps: ExchangeDeps, assigned: AssignedRequest, by: Assignment = assigned.assignment): void {
  new Attempt(deps, assigned, by).send();
}

class Attempt implements AnswerSink {
  private readonly deps: ExchangeDeps;
  private readonly assigned: AssignedRequest;
  private readonly by: Assignment;
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
  private newest: Buffer | null = null;
  /** A candidate's whole answer, until it is known to be one. */
  private whole: HeldAnswer | null = null;
  private isWatched = false;
  /** Since when the user takes no more of it for now; 0 while they do. */
  private fullSince = 0;
  private timer: NodeJS.Timeout | null = null;
  private flow: Flow | null = null;
  /** Of an answer that comes bit by bit; null for what counts as a whole. */
  private stream: StreamWatch | null = null;
  /** Nothing that still arrives is of interest. */
  over = false;

  constructor(deps: ExchangeDeps, assigned: AssignedRequest, by: Assignment) {
    this.deps = deps;
    this.assigned = assigned;
    this.by = by;
  }

  send(): void {
    const patienceMs = this.patience();
    if (patienceMs <= 0) return this.onError(new UpstreamError('timeout', 'the deadline is over'));
    if (patienceMs < Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.tooSlow(patienceMs), patienceMs);
    this.deps.upstreams.dispatch(this.by.target.url, this.assigned.request, this);
  }

  onStart(status: number, headers: HeaderList, flow: Flow): void {
    // Too late: somebody else answers by now.
    if (this.over) return flow.abort();
    this.status = status;
    this.flow = flow;
    const { assigned, by } = this;
    if (this.isReplaceable) {
      const soundness = soundnessOf(status, headers);
      if (soundness === 'unsound') return this.fallBack();
      if (soundness === 'whole') this.whole = new HeldAnswer(this.deps.held, this.deps.limits.heldAnswerBytes);
    }
    if (assigned.response.destroyed) return this.nobodyWaits();
    if (this.whole === null) this.stopTimer();
    if (this.whole === null && isEventStream(headers))
      this.stream = new StreamWatch(assigned.served.route.protocol.kind);
    const { version } = by.target;
    const { service, epoch } = assigned.served.route;
    const made = this.deps.ids.make({ service, arm: by.arm, version, epoch, at: this.at }, assigned.unit);
    this.predictionId = made.id;
    if (assigned.isPrediction) this.decideRecording(headers, made);
    this.head = answerHeaders(headers, ['x-sluice-version', version, 'x-sluice-prediction-id', this.predictionId]);
  }

  onData(chunk: Buffer, flow: Flow): void {
    if (this.over) return;
    this.stream?.see(chunk);
    this.copy?.add(chunk);
    if (this.whole !== null) {
      if (!this.whole.add(chunk)) this.fallBack();
      return;
    }
    if (this.newest !== null) this.write(this.newest, flow);
    this.newest = chunk;
  }

  /** More will come, but not at once: what is there must not wait for it. */
  onPause(flow: Flow): void {
    // The head alone is held back; from the first bytes on, the answer is this version's.
    if (this.over || this.newest === null) return;
    if (this.assigned.response.destroyed) return this.nobodyWaits();
    this.write(this.newest, flow);
    this.newest = null;
    this.watchUser();
  }

  onEnd(): void {
    // The connection may serve another request by now.
    this.flow = null;
    if (this.over) return;
    if (this.whole !== null) {
      this.newest = this.whole.take();
      if (!looksLikePrediction(this.assigned.served.route.protocol.kind, this.newest)) return this.fallBack();
    }
    const { response } = this.assigned;
    this.finish();
    this.sendHead();
    response.end(this.newest);
    const observed = this.observe(this.hasFailed);
    if (this.isRecorded || this.isMirrored) this.keepPrediction(observed);
  }

  onError(error: UpstreamError): void {
    this.flow = null;
    if (this.over) return;
    const { response } = this.assigned;
    if (this.isReplaceable && !response.headersSent) return this.fallBack();
    this.finish();
    this.observe(true);
    const isSlow = error.fault === 'timeout';
    // Part of an answer is out: only a broken connection tells the user that it is not whole.
    if (response.headersSent) response.destroy();
    else
      response.replyJson(isSlow ? 504 : error.fault === 'overloaded' ? 503 : 502, {
        error: `${this.by.target.version} ${isSlow ? 'did not answer in time' : 'can not be reached'}`,
      });
  }

  /** Whether another version may answer in this one's place. */
  private get isReplaceable(): boolean {
    const isOnTrial = this.by.arm === 'candidate' || this.by.isHeldBack === true;
    return isOnTrial && this.assigned.served.route.traffic?.fallback !== 'none';
  }

  /** What the version itself has said of its answer so far. */
  private get hasFailed(): boolean {
    return this.status >= 500 || this.stream?.failed === true;
  }

  /** Milliseconds until the answer must have begun; where it is held, until it must be whole. */
  private patience(): number {
    const { candidateTimeout, deadline } = this.assigned.served.route.traffic ?? {};
    const left =
      deadline === undefined ? Number.POSITIVE_INFINITY : deadline - (this.startedAt - this.assigned.startedAt);
    if (this.by.arm !== 'candidate') return left;
    // The connection's own patience is for silence; this one is for a candidate that drips.
    return Math.min(left, candidateTimeout ?? this.deps.limits.answerTimeoutMs);
  }

  private tooSlow(patienceMs: number): void {
    if (this.over) return;
    this.flow?.abort();
    this.onError(new UpstreamError('timeout', `no answer within ${patienceMs} ms`));
  }

  private write(chunk: Buffer, flow: Flow): void {
    this.sendHead();
    const { response } = this.assigned;
    // A user who reads slowly slows the model server down, rather than fill this process's memory.
    if (response.write(chunk)) return;
    flow.pause();
    this.fullSince = performance.now();
    response.onceDrained(() => {
      this.fullSince = 0;
      if (!this.over) flow.resume();
    });
  }

  /** Only answers that come in several pieces need to hear of a user who leaves. */
  private watchUser(): void {
    if (this.isWatched) return;
    this.isWatched = true;
    this.assigned.response.onLeave(() => {
      if (!this.over) this.nobodyWaits();
    });
  }

  private fallBack(): void {
    this.finish();
    this.flow?.abort();
    this.observe(true);
    const { served, response, assignment } = this.assigned;
    const { baseline, service } = served.route;
    this.deps.metrics.countFallback(service);
    // Neither arm's sample: the candidate did not say it, and the unit is not the baseline's.
    if (!response.destroyed)
      answerFrom(this.deps, this.assigned, { arm: 'other', target: baseline, segment: assignment.segment });
  }

  private finish(): void {
    this.over = true;
    this.stopTimer();
    this.whole?.drop();
  }

  private stopTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private sendHead(): void {
    if (this.head !== null) this.assigned.response.writeHead(this.status, this.head);
    this.head = null;
  }

  /**
   * The user left before the answer began, or in its middle: by itself no failure of the version. How long they waited still counts: else a version
   * that hangs, or stalls in the middle, would hide behind users who give up.
   */
  private nobodyWaits(): void {
    this.finish();
    this.flow?.abort();
    const { served, response } = this.assigned;
    if (response.headersSent) this.deps.metrics.countAbandoned(served.route.service);
    this.observe(this.hasFailed, this.waitedMs());
  }

  /** Until the first bit, or since the newest one where that is longer; what waited for a user who took nothing is no wait of theirs. */
  private waitedMs(): number {
    const until = this.fullSince || performance.now();
    const { firstAt, lastAt } = this.stream ?? { firstAt: 0, lastAt: until };
    return Math.max((firstAt || until) - this.startedAt, until - lastAt);
  }

  private observe(failed: boolean, latencyMs = (this.stream?.firstAt || performance.now()) - this.startedAt): Observed {
    const { assigned, by, at, status } = this;
    const { served } = assigned;
    const { arm, segment, target } = by;
    const observed = { route: served.route, arm, version: target.version, segment, at, latencyMs, status, failed };
    if (assigned.isPrediction) {
      countAnswer(this.deps, served, observed);
      if (served.route.recordsExposures && by === assigned.assignment && arm !== 'other')
        this.deps.recorder.expose(observed, this.deps.ids.hashUnit(assigned.unit));
    }
    this.deps.accessLog?.add(observed, assigned.request, this.predictionId);
    return observed;
  }

  private decideRecording(headers: HeaderList, { first, second }: PredictionId): void {
    const { served } = this.assigned;
    const { recorder, limits, shadow } = this.deps;
    const isDrawn =
      this.by.arm === 'baseline' && served.route.candidate !== null && second * 100 < served.shadowPercent;
    // Where no copy would be taken, the answer need not be kept for it either.
    this.isMirrored = isDrawn && shadow.admits(served.route);
    this.isRecorded = recorder.samples(first, performance.now());
    if (this.isMirrored || this.isRecorded)
      this.copy = new AnswerCopy(headers, limits.readableAnswerBytes, served.route.protocol);
  }

  private keepPrediction(observed: Observed): void {
    const { request, unit } = this.assigned;
    const { recorder, ids, shadow } = this.deps;
    const { predictionId, isRecorded } = this;
    const answer = this.copy?.read() ?? UNREADABLE;
    const sampled = isRecorded ? { predictionId, unitHash: ids.hashUnit(unit) } : null;
    if (sampled !== null) {
      recorder.predict(observed, { ...sampled, body: request.body }, answer);
      if (!observed.failed) this.deps.warmUp.remember(observed.route.service, request);
    }
    if (this.isMirrored) shadow.add({ baseline: observed, answer, request, sampled });
  }
}
