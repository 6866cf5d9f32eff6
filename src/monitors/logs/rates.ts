import type { LogPoint, LogSpan } from '../../ports/log-store.js';
import { ewmaChart, robustScores } from '../../stats/index.js';

/** Windows of history that are needed to know what is usual. */
export const LEAST_HISTORY = 12;
/** Makes the median absolute deviation of a normal law a standard deviation. */
const NORMAL_MAD = 0.6745;
const LAMBDA = 0.2;
/** Windows that the moving average goes back. */
const AVERAGED = 12;

export interface Unusual {
  readonly what: 'lines' | 'errors';
  readonly direction: 'more' | 'fewer';
  /** Of this window alone, or of the last ones together. */
  readonly by: 'window' | 'average';
  readonly value: number;
  readonly usual: number;
  readonly limit: number;
}

export interface Rates {
  /** Windows of history; fewer than `LEAST_HISTORY`: nothing was judged. */
  readonly history: number;
  readonly unusual: readonly Unusual[];
}

/**
 * Whether a window's lines and errors are as usual for the service: against median and median absolute deviation of the windows before it, and by an
 * exponentially weighted moving average, which sees a small change that lasts. The deviation is at least that of a Poisson count.
 * @param points by windows, the judged one last: `history.until` is its beginning
 */
export function judgeRates(points: readonly LogPoint[], span: LogSpan, windowMs: number, deviations: number): Rates {
  const windows = windowsOf(points, span, windowMs);
  const history = Math.max(0, windows.length - 1);
  if (history < LEAST_HISTORY) return { history, unusual: [] };
  const lines = judge(
    'lines',
    windows.map((one) => one.lines),
    deviations,
  );
  const errors = judge(
    'errors',
    windows.map((one) => one.errors),
    deviations,
  );
  // More of everything is more traffic: the lines say so.
  const errorsOnly = errors.filter(
    ({ direction, by }) => direction === 'more' && isExcess(windows, by === 'window' ? 1 : AVERAGED, deviations),
  );
  return { history, unusual: [...lines, ...errorsOnly] };
}

/** One for each window since the first line; one without lines is zero. */
function windowsOf(points: readonly LogPoint[], { since, until }: LogSpan, windowMs: number): LogPoint[] {
  const byStart = new Map(points.map((point) => [Date.parse(point.at), point]));
  const starts: number[] = [];
  for (let at = Date.parse(since); at < Date.parse(until); at += windowMs) starts.push(at);
  const first = starts.findIndex((at) => byStart.has(at));
  return (first === -1 ? [] : starts.slice(first)).map(
    (at) => byStart.get(at) ?? { at: new Date(at).toISOString(), lines: 0, errors: 0 },
  );
}

function judge(what: Unusual['what'], values: readonly number[], deviations: number): Unusual[] {
  const past = values.slice(0, -1);
  const value = values.at(-1) ?? 0;
  const { median, mad } = robustScores(past);
  const sd = Math.max(mad / NORMAL_MAD, Math.sqrt(Math.max(1, median)));
  const direction = value > median ? 'more' : 'fewer';
  if (Math.abs(value - median) > deviations * sd)
    return [
      { what, direction, by: 'window', value, usual: median, limit: limitOf(median, sd * deviations, direction) },
    ];
  const recent = values.slice(-AVERAGED);
  const chart = ewmaChart(recent, { mean: median, sd }, LAMBDA, deviations);
  if (!chart.alarms.includes(recent.length - 1)) return [];
  const average = chart.values.at(-1) ?? median;
  const side = average > median ? 'more' : 'fewer';
  return [
    {
      what,
      direction: side,
      by: 'average',
      value: average,
      usual: median,
      limit: limitOf(median, chart.limits.at(-1) ?? 0, side),
    },
  ];
}

function limitOf(usual: number, distance: number, direction: Unusual['direction']): number {
  return direction === 'more' ? usual + distance : Math.max(0, usual - distance);
}

/** Whether the last windows have more errors than their lines would have at the share of the windows before. */
function isExcess(windows: readonly LogPoint[], last: number, deviations: number): boolean {
  const sum = (some: readonly LogPoint[], of: 'lines' | 'errors') => some.reduce((total, one) => total + one[of], 0);
  const [past, recent] = [windows.slice(0, -last), windows.slice(-last)];
  const expected = (sum(past, 'errors') / Math.max(1, sum(past, 'lines'))) * sum(recent, 'lines');
  return sum(recent, 'errors') > expected + deviations * Math.sqrt(Math.max(1, expected));
}
