import type { PromQuery, PromValue, PromVectorQuery } from '../../ports/prom-query.js';
import type { AskHttp, Gap } from '../ask-http.js';
import type { Reduce } from '../number-reading.js';
import { instantValue, type PromData, rangeValue, readPromAnswer, staleGap, vectorValues } from './read-answer.js';

/** Where a Prometheus is, and how it is asked. */
export interface PrometheusServer {
  /** Base URL, with a path where it stands behind one. */
  readonly url: string;
  /** Null: it asks for none. */
  readonly token: string | null;
  readonly ask: AskHttp;
}

export interface PromAsking {
  readonly at: Date;
  /** A number that is older, or a clock that differs by more, is no answer. */
  readonly maxAgeMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface PromRange {
  readonly forMs: number;
  readonly stepMs: number;
  readonly reduce: Reduce;
}

const MAX_AGE_MS = 120_000;
const TIMEOUT_MS = 5000;
/** A series and nothing else. An expression's value is always as old as its evaluation, so this misses nothing that could be known. */
const SELECTOR = /^\s*[A-Za-z_:][\w:]*\s*(?:\{[\s\S]*\})?\s*$/;

/** The number of a query at a moment. */
export async function askInstant(server: PrometheusServer, query: string, asking: PromAsking): Promise<PromValue> {
  const value = instant(server, query, asking);
  // A selector gives the newest sample of five minutes and calls it new.
  const [given, sampledAt] = await Promise.all([
    value,
    SELECTOR.test(query) ? instant(server, `timestamp(${query}\n)`, asking) : null,
  ]);
  if (given.kind !== 'value' || sampledAt?.kind !== 'value') return given;
  const ageMs = asking.at.getTime() - sampledAt.value * 1000;
  return ageMs > asking.maxAgeMs ? staleGap(ageMs, asking.maxAgeMs) : given;
}

/** One number out of a stretch of time that ends at a moment. */
export async function askRange(
  server: PrometheusServer,
  query: string,
  { forMs, stepMs, reduce }: PromRange,
  asking: PromAsking,
): Promise<PromValue> {
  const end = asking.at.getTime() / 1000;
  const form = { query, start: String(end - forMs / 1000), end: String(end), step: String(stepMs / 1000) };
  const read = await request(server, 'query_range', form, asking);
  return read.kind === 'data' ? rangeValue(read.data, asking, stepMs, reduce) : read;
}

/** For monitors: one number a query. */
export function createPromQuery(server: PrometheusServer): PromQuery {
  return (query, at, signal) => askInstant(server, query, { at, signal, maxAgeMs: MAX_AGE_MS, timeoutMs: TIMEOUT_MS });
}

/** For monitors: a number for each series. */
export function createPromVectorQuery(server: PrometheusServer): PromVectorQuery {
  return async (query, at, signal) => {
    const asking = { at, signal, maxAgeMs: MAX_AGE_MS, timeoutMs: TIMEOUT_MS };
    const read = await request(server, 'query', instantForm(query, asking), asking);
    return read.kind === 'data' ? vectorValues(read.data, asking) : read;
  };
}

async function instant(server: PrometheusServer, query: string, asking: PromAsking): Promise<PromValue> {
  const read = await request(server, 'query', instantForm(query, asking), asking);
  return read.kind === 'data' ? instantValue(read.data, asking) : read;
}

function instantForm(query: string, { at }: PromAsking) {
  return { query, time: String(at.getTime() / 1000) };
}

async function request(
  { url, token, ask }: PrometheusServer,
  endpoint: 'query' | 'query_range',
  form: Readonly<Record<string, string>>,
  { timeoutMs, maxAgeMs, signal }: PromAsking,
): Promise<{ readonly kind: 'data'; readonly data: PromData } | Gap> {
  const answer = await ask({
    method: 'POST',
    url: `${url.replace(/\/+$/, '')}/api/v1/${endpoint}`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    // Prometheus too gives up, so that what nobody waits for does not go on.
    body: new URLSearchParams({ ...form, timeout: `${Math.ceil(timeoutMs)}ms` }).toString(),
    timeoutMs,
    signal,
  });
  if (answer.kind !== 'answer') return answer;
  const apartMs = Math.abs((answer.clockMs ?? Date.now()) - Date.now());
  // Asked for a moment that is long past by its own clock, it would answer as if it were now.
  if (apartMs > maxAgeMs) return { kind: 'stale', why: `its clock and ours are ${Math.round(apartMs / 1000)} s apart` };
  return readPromAnswer(answer);
}
