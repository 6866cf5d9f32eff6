import { z } from 'zod';
import type { PromSeries, PromUnread, PromValue, PromVector } from '../../ports/prom-query.js';
import type { Gap, HttpAnswer } from '../ask-http.js';
import { numberValue, type Reduce, readNumber, reduceNumbers } from '../number-reading.js';

const point = z.tuple([z.number(), z.string()]);
const series = z.object({
  metric: z.record(z.string(), z.string()),
  value: point.optional(),
  values: z.array(point).optional(),
});
/** Source: docs/querying/api.md of Prometheus 2.42. */
const success = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).optional(),
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('scalar'), result: point }),
    z.object({ resultType: z.literal('string'), result: point }),
    z.object({ resultType: z.literal('vector'), result: z.array(series) }),
    z.object({ resultType: z.literal('matrix'), result: z.array(series) }),
  ]),
});
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

export type PromData = z.output<typeof success>['data'];
const LONGEST_REASON = 300;
const MOST_SERIES = 1000;

/** The data of an answer, or why it is of no use. What comes with a warning may be a part of the truth only. */
export function readPromAnswer({ status, body }: HttpAnswer): { readonly kind: 'data'; readonly data: PromData } | Gap {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { kind: status < 300 ? 'error' : 'invalid', why: `status ${status}, and no JSON` };
  }
  const failed = failure.safeParse(document);
  if (failed.success) {
    const { errorType, error } = failed.data;
    const why = `${errorType}: ${error}`.slice(0, LONGEST_REASON);
    return { kind: 'invalid', why };
  }
  if (status >= 300) return { kind: 'invalid', why: `status ${status}` };
  const read = success.safeParse(document);
  if (!read.success) return { kind: 'error', why: 'the answer is not in the form that Prometheus’ API has' };
  const { data, warnings = [] } = read.data;
  if (warnings[0] !== undefined) return { kind: 'error', why: `it warns: ${warnings[0].slice(0, LONGEST_REASON)}` };
  return { kind: 'data', data };
}

export interface Moment {
  readonly at: Date;
  readonly maxAgeMs: number;
}

/** The one number of an instant query. */
export function instantValue(data: PromData, moment: Moment): PromValue {
  if (data.resultType === 'string') return { kind: 'invalid', why: 'the query gives a text' };
  if (data.resultType === 'matrix')
    return { kind: 'invalid', why: 'the query gives ranges; put a function around them' };
  const only = data.resultType === 'scalar' ? found(data.result) : onlySeries(data.result, (one) => one.value);
  if (only.kind !== 'found') return only;
  const [seconds, text] = only.what;
  return staleness(seconds, moment) ?? numberOf(text);
}

/** One number out of the points of a range query. @param stepMs between two of them */
export function rangeValue(data: PromData, moment: Moment, stepMs: number, reduce: Reduce): PromValue {
  if (data.resultType !== 'matrix')
    return { kind: 'error', why: `a range query is answered with a ${data.resultType}` };
  const only = onlySeries(data.result, (one) => one.values);
  if (only.kind !== 'found') return only;
  const points = only.what;
  const [last] = points.at(-1) ?? [0];
  const stale = staleness(last, { ...moment, maxAgeMs: moment.maxAgeMs + stepMs });
  const numbers = points.map(([, text]) => readNumber(text) ?? Number.NaN);
  return stale ?? reduceNumbers(numbers, reduce);
}

/** A number for each series; those that are NaN or infinite are named. */
export function vectorValues(data: PromData, moment: Moment): PromVector {
  if (data.resultType !== 'vector') {
    const one = instantValue(data, moment);
    return one.kind === 'value' ? { kind: 'series', series: [{ labels: {}, value: one.value }], unread: [] } : one;
  }
  const { result } = data;
  if (result.length > MOST_SERIES)
    return { kind: 'many', why: `${result.length} series, and ${MOST_SERIES} are read at most` };
  const numbers: PromSeries[] = [];
  const unread: PromUnread[] = [];
  let gap: Gap = { kind: 'none', why: 'no series' };
  for (const { metric, value } of result) {
    const read = value === undefined ? HISTOGRAM : (staleness(value[0], moment) ?? numberOf(value[1]));
    if (read.kind === 'value') numbers.push({ labels: metric, value: read.value });
    else {
      gap = read;
      unread.push({ labels: metric, why: read.why });
    }
  }
  return numbers.length === 0 ? gap : { kind: 'series', series: numbers, unread };
}

const HISTOGRAM = { kind: 'invalid', why: 'the query gives a histogram' } as const;

interface Found<What> {
  readonly kind: 'found';
  readonly what: What;
}

function found<What>(what: What): Found<What> {
  return { kind: 'found', what };
}

function onlySeries<What>(
  all: readonly z.output<typeof series>[],
  pick: (one: z.output<typeof series>) => What | undefined,
): Found<What> | Gap {
  const [first] = all;
  if (first === undefined) return { kind: 'none', why: 'no series' };
  if (all.length > 1) return { kind: 'many', why: `${all.length} series, expected one` };
  const what = pick(first);
  return what === undefined ? HISTOGRAM : found(what);
}

function staleness(seconds: number, { at, maxAgeMs }: Moment): Gap | null {
  const ageMs = Math.abs(at.getTime() - seconds * 1000);
  return ageMs <= maxAgeMs ? null : staleGap(ageMs, maxAgeMs);
}

export function staleGap(ageMs: number, maxAgeMs: number): Gap {
  return { kind: 'stale', why: `${Math.round(ageMs / 1000)} s away, ${Math.round(maxAgeMs / 1000)} s are allowed` };
}

function numberOf(text: string): PromValue {
  const value = readNumber(text);
  return value === undefined
    ? { kind: 'error', why: 'the answer holds something that is no number' }
    : numberValue(value);
}
