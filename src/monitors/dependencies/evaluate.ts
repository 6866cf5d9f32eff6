import type { Finding, MonitorOutcome, MonitorRun, MonitorValue } from '../../domain/monitor.js';
import type { Dependencies, DependencyNode } from '../../domain/spec/monitors/dependencies.js';
import { impactOf, type NodeState, nodeStates, type RootCause, rootCauses } from './graph.js';
import { type ProbeOutcome, type ProbeRecord, standing, takeOutcome } from './probe-record.js';

/** What a run leaves for the next, by node. */
interface DependencyState {
  readonly nodes: Readonly<Record<string, ProbeRecord>>;
}

interface Seen {
  readonly spec: Dependencies;
  readonly records: ReadonlyMap<string, ProbeRecord>;
  readonly outcomes: ReadonlyMap<string, ProbeOutcome>;
  readonly states: ReadonlyMap<string, NodeState>;
}

/**
 * What the probes come to, over the graph. A failed dependency is nobody's version: its finding is `environment`. Only root causes are
 * findings; what they take down stands in their message.
 * @param outcomes one for each node with a probe
 */
export function evaluateDependencies(
  spec: Dependencies,
  outcomes: ReadonlyMap<string, ProbeOutcome>,
  run: Pick<MonitorRun, 'service' | 'monitor' | 'at' | 'state'>,
): MonitorOutcome {
  const before = (run.state as DependencyState | null)?.nodes ?? {};
  const records = new Map<string, ProbeRecord>();
  const own = new Map<string, ProbeRecord['status'] | 'unprobed'>();
  for (const { name, probe } of spec.nodes) {
    const outcome = outcomes.get(name) ?? { kind: 'unmeasured', why: 'it was not probed' };
    if (probe === undefined) own.set(name, 'unprobed');
    else {
      const record = takeOutcome(before[name] ?? null, outcome, probe, run.at);
      records.set(name, record);
      own.set(name, standing(record, outcome));
    }
  }
  const seen: Seen = { spec, records, outcomes, states: nodeStates(spec, own) };
  const causes = rootCauses(spec, seen.states);
  const unknown = unknownNodes(seen);
  const findings = [...causes.map((cause) => causeFinding(seen, cause)), ...unknown.minor.map(minorFinding)];
  return {
    reading: {
      service: run.service,
      monitor: run.monitor,
      kind: 'dependencies',
      at: run.at,
      window: null,
      ...judge(seen, causes, unknown.needed),
      findings: findings.sort((a, b) => rank(a) - rank(b)).slice(0, 100),
      values: spec.nodes.flatMap((node) => valuesOf(seen, node)),
      details: detailsOf(seen, causes),
    },
    state: { nodes: Object.fromEntries(records) } satisfies DependencyState,
  };
}

interface Unknown {
  readonly name: string;
  readonly impact: number;
  readonly why: string;
}

/** `needed`: their failure would be critical, so that without them nothing can pass. */
function unknownNodes({ spec, states, outcomes, records }: Seen): { needed: Unknown[]; minor: Unknown[] } {
  const all = spec.nodes
    .filter(({ name, probe }) => probe !== undefined && records.has(name) && isUnknown(states, name))
    .map(({ name }) => ({ name, impact: impactOf(spec, states, name), why: whyUnknown(outcomes, records, name) }));
  return {
    needed: all.filter(({ impact }) => impact >= spec.threshold),
    minor: all.filter(({ impact }) => impact < spec.threshold),
  };
}

function isUnknown(states: ReadonlyMap<string, NodeState>, name: string): boolean {
  return states.get(name) === 'unknown';
}

function whyUnknown(
  outcomes: ReadonlyMap<string, ProbeOutcome>,
  records: ReadonlyMap<string, ProbeRecord>,
  name: string,
): string {
  const outcome = outcomes.get(name);
  if (outcome?.kind === 'unmeasured') return outcome.why;
  const failures = records.get(name)?.failures ?? 0;
  return failures > 0 ? `failing, ${failures} in a row so far: ${records.get(name)?.why}` : 'too few probes so far';
}

function judge(seen: Seen, causes: readonly RootCause[], needed: readonly Unknown[]) {
  const { spec, states } = seen;
  const critical = causes.filter(({ impact }) => impact >= spec.threshold);
  if (critical.length > 0)
    return { verdict: 'fail', reason: critical.map((cause) => describeCause(seen, cause)).join('; ') } as const;
  if (needed.length > 0) {
    const names = needed.map(({ name, why }) => `${name} (${why})`).join(', ');
    return { verdict: 'inconclusive', reason: `can't be measured: ${names}` } as const;
  }
  const well = [...states.values()].filter((state) => state === 'healthy').length;
  const rest = causes.map(({ name, impact }) => `${name} failed (impact ${round(impact)})`);
  return {
    verdict: 'pass',
    reason: [`${well} of ${states.size} dependencies are healthy`, ...rest].join('; '),
  } as const;
}

function causeFinding(seen: Seen, cause: RootCause): Finding {
  const { spec } = seen;
  return {
    key: `dependency:${cause.name}`,
    severity: cause.impact >= spec.threshold ? 'critical' : 'warning',
    cause: 'environment',
    version: null,
    subject: cause.name,
    message: describeCause(seen, cause),
    value: cause.impact,
    limit: spec.threshold,
  };
}

function minorFinding({ name, why }: Unknown): Finding {
  return {
    key: `dependency-unmeasured:${name}`,
    severity: 'warning',
    cause: 'environment',
    version: null,
    subject: name,
    message: `${name} can't be measured: ${why}`,
    value: null,
    limit: null,
  };
}

function describeCause(seen: Seen, { name, impact, takesDown, degrades }: RootCause): string {
  const record = seen.records.get(name);
  const kind = seen.spec.nodes.find((node) => node.name === name)?.kind ?? 'other';
  const what = kind === 'other' || kind === name ? name : `${kind} ${name}`;
  const parts = [`${what} has failed since ${record?.since} (${record?.why})`, `impact ${round(impact)}`];
  if (takesDown.length > 0) parts.push(`failed with it: ${takesDown.join(', ')}`);
  if (degrades.length > 0) parts.push(`degraded: ${degrades.join(', ')}`);
  const suspects = failingBelow(seen, name);
  if (suspects.length > 0) parts.push(`perhaps since ${suspects.join(', ')} began to fail`);
  return parts.join('; ');
}

/** What a node needs and that fails without having failed often enough yet: the true cause may be slower to be seen. */
function failingBelow({ spec, records }: Seen, name: string): string[] {
  const byName = new Map(spec.nodes.map((node) => [node.name, node]));
  const below = new Set<string>();
  const rest = [...(byName.get(name)?.dependsOn ?? [])];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (below.has(next)) continue;
    below.add(next);
    rest.push(...(byName.get(next)?.dependsOn ?? []));
  }
  return [...below].filter((each) => (records.get(each)?.failures ?? 0) > 0);
}

const UP: Readonly<Record<NodeState, number | null>> = { healthy: 1, degraded: 0.5, failed: 0, unknown: null };

function valuesOf({ states, outcomes }: Seen, { name, probe }: DependencyNode): MonitorValue[] {
  const outcome = outcomes.get(name);
  const state = states.get(name) ?? 'unknown';
  const common = { subject: name, version: null, samples: outcome === undefined ? 0 : 1 };
  const why = outcome === undefined || outcome.kind === 'success' ? {} : { why: outcome.why };
  const measured = outcome === undefined || outcome.kind === 'unmeasured' ? null : outcome;
  return [
    { metric: 'dependency_up', value: UP[state], ...common, ...why },
    ...(probe === undefined ? [] : [{ metric: 'probe_ms', value: measured?.ms ?? null, ...common, ...why }]),
    ...(measured?.value === undefined ? [] : [{ metric: 'probe_value', value: measured.value, ...common }]),
  ];
}

function detailsOf({ spec, states, records }: Seen, causes: readonly RootCause[]) {
  return {
    nodes: spec.nodes.map(({ name, kind, criticality, dependsOn }) => {
      const { since = null, failures = 0 } = records.get(name) ?? {};
      return { name, kind, criticality, dependsOn, state: states.get(name) ?? 'unknown', since, failures };
    }),
    rootCauses: causes,
  };
}

function rank({ severity, value }: Finding): number {
  return (severity === 'critical' ? 0 : 10) - (value ?? 0);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
