import { describeError } from '../../../domain/errors.js';
import type { Probe } from '../../../domain/spec/monitors/dependencies.js';
import { type AddressPolicy, addressRefusalIn } from '../../../net/address-policy.js';
import { connectionCode } from '../../../net/connection-code.js';
import type { GuardedTransport } from '../../../net/guarded-agents.js';
import { assertPinned } from '../../../net/pinned-secret.js';
import type { PromQuery } from '../../../ports/prom-query.js';
import type { ProbeOutcome } from '../probe-record.js';
import { probeHttp } from './http-probe.js';
import { probeTcp } from './tcp-probe.js';

export interface ProbeDeps {
  readonly policy: AddressPolicy;
  readonly transport: GuardedTransport;
  /** null: this worker knows no Prometheus. */
  readonly promQuery: PromQuery | null;
  /** A secret by the name of its variable. */
  readonly secrets: (name: string) => string | undefined;
}

type Found = { readonly kind: 'success' | 'failure' | 'unmeasured'; readonly why: string; readonly value?: number };

/**
 * Probes once. Whoever does not answer, or can't be found, has failed; what we can't ask (an address that is not allowed, a query that says
 * nothing) is unmeasured.
 * @throws the signal's reason, once it is aborted
 */
export async function runProbe(probe: Probe, deps: ProbeDeps, at: string, signal: AbortSignal): Promise<ProbeOutcome> {
  const deadline = AbortSignal.timeout(probe.timeout);
  const start = performance.now();
  const found = await ask(probe, deps, at, AbortSignal.any([signal, deadline])).catch((error: unknown): Found => {
    signal.throwIfAborted();
    // A slow Prometheus says nothing of what it is asked about.
    const kind = probe.promql === undefined ? 'failure' : 'unmeasured';
    if (deadline.aborted) return { kind, why: `no answer within ${probe.timeout} ms` };
    const refused = addressRefusalIn(error);
    if (refused !== null) return { kind: 'unmeasured', why: refused.message };
    return { kind: 'failure', why: connectionCode(error) ?? 'the connection broke off' };
  });
  signal.throwIfAborted();
  const { kind, why } = found;
  if (kind === 'unmeasured') return { kind, why };
  const ms = Math.round(performance.now() - start);
  const value = found.value === undefined ? {} : { value: found.value };
  return kind === 'success' ? { kind, ms, ...value } : { kind, ms, why, ...value };
}

async function ask({ http, tcp, promql, timeout }: Probe, deps: ProbeDeps, at: string, signal: AbortSignal) {
  if (http !== undefined) return askHttp(http, deps, timeout, signal);
  if (tcp !== undefined) {
    await probeTcp(tcp, deps.policy, signal);
    return { kind: 'success', why: '' } as const;
  }
  if (promql !== undefined) return askPrometheus(promql, deps.promQuery, at, signal);
  return { kind: 'unmeasured', why: 'there is no probe' } as const;
}

async function askHttp(
  http: NonNullable<Probe['http']>,
  { transport, secrets }: ProbeDeps,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Found> {
  const { bearer, url } = http;
  const token = bearer === undefined ? null : (secrets(bearer)?.trim() ?? '');
  if (token === '') return { kind: 'unmeasured', why: `${bearer} is not in the worker's environment` };
  try {
    if (bearer !== undefined) assertPinned(secrets, bearer, url);
  } catch (error) {
    return { kind: 'unmeasured', why: describeError(error) };
  }
  const { kind, why } = await probeHttp(http, token, { transport, timeoutMs, signal });
  return { kind: kind === 'unusable' ? 'unmeasured' : kind, why };
}

async function askPrometheus(
  { query, min, max }: NonNullable<Probe['promql']>,
  promQuery: PromQuery | null,
  at: string,
  signal: AbortSignal,
): Promise<Found> {
  if (promQuery === null) return { kind: 'unmeasured', why: 'this worker knows no Prometheus' };
  const answer = await promQuery(query, new Date(at), signal);
  if (answer.kind !== 'value') return { kind: 'unmeasured', why: `Prometheus: ${answer.kind}: ${answer.why}` };
  const { value } = answer;
  if (min !== undefined && value < min) return { kind: 'failure', why: `${value} is below ${min}`, value };
  if (max !== undefined && value > max) return { kind: 'failure', why: `${value} is above ${max}`, value };
  return { kind: 'success', why: '', value };
}
