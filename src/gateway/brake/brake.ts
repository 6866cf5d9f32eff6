import { performance } from 'node:perf_hooks';
import type { Brake as BrakeLimits } from '../../domain/spec/traffic.js';
import { AnswerWindow } from './answer-window.js';

/** 1 - 0.9 is a little less than 0.1. */
const ROUNDING = 1e-9;
/** The baseline's quantile is worked out anew this often at most. */
const BASELINE_LOOK_MS = 100;

/**
 * Takes the candidate out within the request that crosses a limit, where statistics would take minutes: for the obvious.
 * Looks at the newest answers of each version, at most so many and at most so old.
 */
export class Brake {
  private readonly limits: BrakeLimits;
  private readonly baseline: AnswerWindow;
  private readonly candidate: AnswerWindow;
  private baselineMs: number | null = null;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: BrakeLimits) {
    this.limits = limits;
    this.baseline = new AnswerWindow(limits.requests);
    this.candidate = new AnswerWindow(limits.requests);
  }

  /**
   * Takes one answer of a version.
   * @param now on the monotonic clock, milliseconds
   * @returns why the candidate must be taken out; null where it may stay
   */
  take(arm: 'baseline' | 'candidate', latencyMs: number, failed: boolean, now = performance.now()): string | null {
    this[arm].add(now, latencyMs, failed);
    return arm === 'candidate' ? (this.judgeErrors(now) ?? this.judgeLatency(now)) : null;
  }

  private judgeErrors(now: number): string | null {
    const { errorRate, minRequests, within } = this.limits;
    if (errorRate === undefined) return null;
    const seen = this.candidate.tally(now - within);
    if (seen.answers < minRequests) return null;
    const rate = seen.failed / seen.answers;
    const said = `${seen.failed} of the candidate's last ${seen.answers} answers failed`;
    if (errorRate.max !== undefined && rate > errorRate.max) return `${said}: above ${percent(errorRate.max)}`;
    if (errorRate.aboveBaseline === undefined) return null;
    const baseline = this.baseline.tally(now - within);
    if (baseline.answers < minRequests) return null;
    const most = baseline.failed / baseline.answers + errorRate.aboveBaseline;
    if (rate <= most) return null;
    return `${said}: more than ${percent(errorRate.aboveBaseline)} above the baseline's ${baseline.failed} of ${baseline.answers}`;
  }

  private judgeLatency(now: number): string | null {
    const { latency, within, minRequests } = this.limits;
    if (latency === undefined) return null;
    const baselineMs = latency.timesBaseline === undefined ? null : this.baselineQuantile(now);
    const relative =
      baselineMs === null ? Number.POSITIVE_INFINITY : baselineMs * (latency.timesBaseline ?? Number.POSITIVE_INFINITY);
    const limitMs = Math.min(latency.max ?? Number.POSITIVE_INFINITY, relative);
    const seen = this.candidate.tally(now - within, limitMs);
    if (seen.answers < minRequests || seen.slow <= (1 - latency.quantile) * seen.answers + ROUNDING) return null;
    const why =
      limitMs === relative ? `${latency.timesBaseline} times the baseline's ${baselineMs?.toFixed(1)} ms` : 'the limit';
    return `${seen.slow} of the candidate's last ${seen.answers} answers took longer than ${limitMs.toFixed(1)} ms, ${why}; ${percent(1 - latency.quantile)} may`;
  }

  private baselineQuantile(now: number): number | null {
    if (now - this.lookedAt < BASELINE_LOOK_MS) return this.baselineMs;
    this.lookedAt = now;
    const { latency, within, minRequests } = this.limits;
    const durations = this.baseline.latencies(now - within);
    this.baselineMs = null;
    if (latency !== undefined && durations.length >= minRequests)
      this.baselineMs = durations.sort()[Math.ceil(latency.quantile * durations.length) - 1] ?? null;
    return this.baselineMs;
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
