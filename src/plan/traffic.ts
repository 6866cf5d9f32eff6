import { DAY_MS, HOUR_MS } from '../domain/duration.js';
import type { TrafficForecast } from '../domain/experiment.js';
import type { Metric } from '../domain/metric.js';
import type { LatencyCounts } from '../domain/observation.js';

const SECOND_MS = 1000;
/** Nobody plans further ahead. */
const HORIZON_MS = 366 * DAY_MS;

/** What is known of a share among requests. */
export interface ShareHistory {
  /** Readings a request: 1 where each request gives one, less where labels or feedback come for some. */
  readonly perRequest: number;
  /** 0..1. */
  readonly value: number;
}

/** How often each label was predicted. */
export interface LabelHistory {
  readonly perRequest: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** What a plan rests on. Plain data: measured from the record, or said by a person. */
export interface PlanTraffic {
  readonly source: 'measured' | 'given' | 'unknown';
  /** ISO; the span that was measured. Null where nothing was. */
  readonly since: string | null;
  readonly until: string | null;
  /** Mean over the span; null where it is not known. */
  readonly requestsPerSecond: number | null;
  /** The same by UTC hour of the day, 24 of them; null where the span is shorter than a day. */
  readonly byHour: readonly number[] | null;
  readonly shares: Partial<Record<Metric, ShareHistory>>;
  /** Of what users met; null where it is not known. */
  readonly latency: LatencyCounts | null;
  readonly labels: LabelHistory | null;
  /** Of the A/B evaluation; null where there is none, or nothing is known. */
  readonly forecast: TrafficForecast | null;
}

export const UNKNOWN_TRAFFIC: PlanTraffic = {
  source: 'unknown',
  since: null,
  until: null,
  requestsPerSecond: null,
  byHour: null,
  shares: {},
  latency: null,
  labels: null,
  forecast: null,
};

type Rate = Pick<PlanTraffic, 'requestsPerSecond' | 'byHour'>;

/** Requests expected between two moments, ms since 1970; null where the rate is not known. */
export function requestsBetween(rate: Rate, fromMs: number, untilMs: number): number | null {
  const { requestsPerSecond, byHour } = rate;
  if (requestsPerSecond === null) return null;
  if (byHour === null) return (requestsPerSecond * Math.max(0, untilMs - fromMs)) / SECOND_MS;
  const days = Math.max(0, Math.floor((untilMs - fromMs) / DAY_MS));
  let sum = days * byHour.reduce((all, perSecond) => all + perSecond * (HOUR_MS / SECOND_MS), 0);
  for (let at = fromMs + days * DAY_MS; at < untilMs; ) {
    const next = Math.min(endOfHour(at), untilMs);
    sum += (hourly(byHour, at) * (next - at)) / SECOND_MS;
    at = next;
  }
  return sum;
}

/** When so many requests have come since a moment; null where the rate is not known, or within a year they do not. */
export function timeOfRequests(rate: Rate, fromMs: number, requests: number): number | null {
  const { requestsPerSecond, byHour } = rate;
  if (requests <= 0) return fromMs;
  if (requestsPerSecond === null || !(requestsPerSecond > 0)) return null;
  if (byHour === null) return withinHorizon(fromMs, fromMs + (requests / requestsPerSecond) * SECOND_MS);
  const perDay = byHour.reduce((all, perSecond) => all + perSecond * (HOUR_MS / SECOND_MS), 0);
  const days = Math.floor(requests / perDay);
  let left = requests - days * perDay;
  for (let at = fromMs + days * DAY_MS; at <= fromMs + HORIZON_MS; ) {
    const perSecond = hourly(byHour, at);
    const next = endOfHour(at);
    const here = (perSecond * (next - at)) / SECOND_MS;
    if (here >= left && (perSecond > 0 || left <= 0))
      return withinHorizon(fromMs, left <= 0 ? at : at + (left / perSecond) * SECOND_MS);
    left -= here;
    at = next;
  }
  return null;
}

function withinHorizon(fromMs: number, at: number): number | null {
  return at - fromMs <= HORIZON_MS ? at : null;
}

function hourly(byHour: readonly number[], at: number): number {
  return byHour[new Date(at).getUTCHours()] ?? 0;
}

function endOfHour(at: number): number {
  return (Math.floor(at / HOUR_MS) + 1) * HOUR_MS;
}
