import type { QueryVariables } from '../domain/query-template.js';
import type { QueryProvider } from '../domain/spec/query.js';
import type { PromValue } from './prom-query.js';

/** One number, or a tagged reason why there is none: the same for every kind of provider. */
export type QueryValue = PromValue;

export interface QueryQuestion {
  readonly provider: QueryProvider;
  readonly variables: QueryVariables;
  readonly at: Date;
  /** For all of it. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Asks whoever a spec names for a number. Never throws but the signal's reason. */
export type QueryReader = (question: QueryQuestion) => Promise<QueryValue>;
