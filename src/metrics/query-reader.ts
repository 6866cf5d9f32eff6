import { describeError } from '../domain/errors.js';
import { fillPromTemplate, promTemplateFault } from '../domain/promql.js';
import type { PrometheusQuery, QueryProvider } from '../domain/spec/query.js';
import type { AddressPolicy } from '../net/address-policy.js';
import { guardedTransport } from '../net/guarded-agents.js';
import type { QueryQuestion, QueryReader, QueryValue } from '../ports/query-reader.js';
import { bearerToken } from '../secrets/bearer.js';
import { type AskHttp, createAskHttp, type Gap } from './ask-http.js';
import { askJson } from './json-query.js';
import { askInstant, askRange, type PrometheusServer } from './prometheus/prometheus.js';
import { askSql } from './sql-query.js';

export interface QueryReaderDeps {
  /** For the URLs in specs. */
  readonly policy: AddressPolicy;
  /** The worker's own; null: it knows none. */
  readonly prometheus: PrometheusServer | null;
  /** Secrets and connections by the names of their variables. Asked at each use, so a rotation needs no restart of a rollout. */
  readonly variables: (name: string) => string | undefined;
}

/** Asks Prometheus, HTTP/JSON and PostgreSQL. */
export function createQueryReader({ policy, prometheus, variables }: QueryReaderDeps): QueryReader {
  const ask = createAskHttp(guardedTransport(policy));
  return async (question) => {
    question.signal.throwIfAborted();
    const { provider, timeoutMs, signal, at } = question;
    if (provider.prometheus) {
      const server = serverOf(provider.prometheus, prometheus, ask, variables);
      return 'kind' in server ? server : askPrometheus(server, provider.prometheus, question);
    }
    if (provider.http) {
      const token = tokenOf(provider.http.bearer, provider.http.url, variables);
      if (token !== null && typeof token !== 'string') return token;
      return askJson(ask, provider.http, { variables: question.variables, at, timeoutMs, signal, token });
    }
    if (provider.sql)
      return askSql(provider.sql, {
        variables: question.variables,
        timeoutMs,
        signal,
        connections: variables,
      });
    return { kind: 'invalid', why: 'no provider is given' };
  };
}

async function askPrometheus(
  server: PrometheusServer,
  { query: template, range, maxAge }: PrometheusQuery,
  { variables, at, timeoutMs, signal }: QueryQuestion,
): Promise<QueryValue> {
  const fault = promTemplateFault(template);
  if (fault !== null) return { kind: 'invalid', why: fault };
  const query = fillPromTemplate(template, variables);
  const asking = { at, timeoutMs, signal, maxAgeMs: maxAge };
  if (range === undefined) return askInstant(server, query, asking);
  return askRange(server, query, { forMs: range.for, stepMs: range.step, reduce: range.reduce }, asking);
}

function serverOf(
  { url, bearer }: NonNullable<QueryProvider['prometheus']>,
  own: PrometheusServer | null,
  ask: AskHttp,
  variables: QueryReaderDeps['variables'],
): PrometheusServer | Gap {
  if (url === undefined)
    return own ?? { kind: 'invalid', why: 'this worker knows no Prometheus: SLUICE_PROMETHEUS is not set' };
  const token = tokenOf(bearer, url, variables);
  return token === null || typeof token === 'string' ? { url, token, ask } : token;
}

function tokenOf(name: string | undefined, url: string, variables: QueryReaderDeps['variables']): string | null | Gap {
  if (name === undefined) return null;
  try {
    return bearerToken(variables, name, url);
  } catch (error) {
    return { kind: 'invalid', why: describeError(error) };
  }
}
