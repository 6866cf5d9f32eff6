/**
 * Why there is no number: no series, NaN, an infinity, more series than asked for, a sample that is too old, no answer in time, 429 or 5xx,
 * a query that Prometheus does not take, nobody there.
 */
export type PromGap =
  | 'none'
  | 'nan'
  | 'inf'
  | 'many'
  | 'stale'
  | 'timeout'
  | 'refused'
  | 'invalid'
  | 'unreachable'
  | 'error';

/** One number, or why there is none. */
export type PromValue =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: PromGap; readonly why: string };

export interface PromSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Finite. */
  readonly value: number;
}

/** A series that is there and has no number. */
export interface PromUnread {
  readonly labels: PromSeries['labels'];
  readonly why: string;
}

/** One number for each series, at most 1,000 with those that have none; no number at all is a gap, never an empty list. */
export type PromVector =
  | { readonly kind: 'series'; readonly series: readonly PromSeries[]; readonly unread: readonly PromUnread[] }
  | { readonly kind: PromGap; readonly why: string };

/** Asks for one number at a moment. Never throws but the signal's reason. */
export type PromQuery = (query: string, at: Date, signal: AbortSignal) => Promise<PromValue>;

/** Asks for a number of each series at a moment. Never throws but the signal's reason. */
export type PromVectorQuery = (query: string, at: Date, signal: AbortSignal) => Promise<PromVector>;
