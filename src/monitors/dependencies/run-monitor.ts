import type { RunMonitor } from '../../domain/monitor.js';
import type { Dependencies } from '../../domain/spec/monitors/dependencies.js';
import type { AddressPolicy } from '../../net/address-policy.js';
import { guardedTransport } from '../../net/guarded-agents.js';
import type { PromQuery } from '../../ports/prom-query.js';
import { evaluateDependencies } from './evaluate.js';
import type { ProbeOutcome } from './probe-record.js';
import { type ProbeDeps, runProbe } from './probes/run-probe.js';

export interface DependencyMonitorDeps {
  readonly policy: AddressPolicy;
  /** null: this worker knows no Prometheus, and probes that ask it are inconclusive. */
  readonly promQuery: PromQuery | null;
  /** A secret by the name of its variable. */
  readonly secrets: (name: string) => string | undefined;
}

/** Probes under way at once, of one run. */
const AT_ONCE = 20;

export function createDependencyMonitor(given: DependencyMonitorDeps): RunMonitor<Dependencies> {
  // Without idle connections: a probe is to find out whether a new one can be had.
  const deps: ProbeDeps = { ...given, transport: guardedTransport(given.policy, { keepAlive: false }) };
  return async (spec, run) => evaluateDependencies(spec, await probeAll(spec, deps, run), run);
}

async function probeAll(
  { nodes }: Dependencies,
  deps: ProbeDeps,
  { at, signal }: { readonly at: string; readonly signal: AbortSignal },
): Promise<Map<string, ProbeOutcome>> {
  const outcomes = new Map<string, ProbeOutcome>();
  const waiting = nodes.values();
  const takeTurns = async () => {
    for (const { name, probe } of waiting)
      if (probe !== undefined) outcomes.set(name, await runProbe(probe, deps, at, signal));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, nodes.length) }, takeTurns));
  return outcomes;
}
