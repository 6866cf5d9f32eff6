import type { Finding, MonitorOutcome, MonitorRun, MonitorValue } from '../../domain/monitor.js';
import {
  limitsOf,
  measurable,
  type Resource,
  type ResourceLimit,
  type Resources,
  type ResourceTarget,
} from '../../domain/spec/monitors/resources.js';
import type { TargetReading } from './reading.js';
import { type Trouble, takeReading } from './trouble.js';

export interface ResourceState {
  readonly troubles: Readonly<Record<string, Trouble>>;
}

/** Trouble of one instance with one limit. */
interface Case {
  readonly target: ResourceTarget;
  readonly instance: string;
  readonly limit: ResourceLimit;
  readonly trouble: Trouble;
}

const MOST_FINDINGS = 100;
const MOST_VALUES = 2000;
const MOST_TROUBLES = 2000;

/**
 * Each instance against each limit, with memory of the runs before. It is held against a version only where nothing else has that trouble:
 * what all versions have is their surroundings'.
 */
export function evaluateResources(
  spec: Resources,
  readings: ReadonlyMap<string, TargetReading>,
  run: Pick<MonitorRun, 'service' | 'monitor' | 'at' | 'state'>,
): MonitorOutcome {
  const before = (run.state as ResourceState | null)?.troubles ?? {};
  const cases: Case[] = [];
  const gaps: string[] = [];
  const values: MonitorValue[] = [];
  for (const target of spec.targets)
    for (const resource of measurable(target)) {
      const limits = limitsOf(spec).filter((limit) => limit.resource === resource);
      const reading = readings.get(target.name)?.[resource] ?? { kind: 'unmeasured', why: 'it was not read' };
      const about = { target, resource, limits };
      if (limits.length > 0) gaps.push(...gapsOf(target, resource, reading));
      // What was in trouble when it was last seen is so until it is seen to be well.
      if (reading.kind === 'measured') {
        cases.push(...judged(about, reading.instances, before, { ...spec, at: run.at }));
        cases.push(...remembered(about, before).filter(({ instance }) => reading.unread.has(instance)));
        for (const [instance, value] of reading.instances) values.push(valueOf(about, instance, value));
        for (const [instance, why] of reading.unread) values.push(noValue(about, instance, why));
      } else {
        cases.push(...remembered(about, before));
        values.push(noValue(about, target.name, reading.why));
      }
    }
  const inTrouble = cases.filter(({ trouble }) => trouble.since !== null).sort(worseFirst);
  const findings = inTrouble.map((each) => findingOf(each, inTrouble, spec, readings));
  return {
    reading: {
      service: run.service,
      monitor: run.monitor,
      kind: 'resources',
      at: run.at,
      window: null,
      ...judge(findings, gaps, values),
      findings: findings.slice(0, MOST_FINDINGS),
      values: values.sort((a, b) => (b.value ?? 0) - (a.value ?? 0)).slice(0, MOST_VALUES),
    },
    state: { troubles: Object.fromEntries(cases.slice(0, MOST_TROUBLES).map((each) => [keyOf(each), each.trouble])) },
  };
}

interface About {
  readonly target: ResourceTarget;
  readonly resource: Resource;
  readonly limits: readonly ResourceLimit[];
}

function judged(
  { target, limits }: About,
  instances: ReadonlyMap<string, number>,
  before: ResourceState['troubles'],
  rule: { readonly enterAfter: number; readonly coolDown: number; readonly at: string },
): Case[] {
  return limits.flatMap((limit) =>
    [...instances].flatMap(([instance, value]) => {
      const old = before[keyOf({ target, instance, limit })] ?? null;
      const trouble = takeReading(old, value, limit, rule);
      return trouble === null ? [] : [{ target, instance, limit, trouble }];
    }),
  );
}

function remembered({ target, limits }: About, before: ResourceState['troubles']): Case[] {
  return limits.flatMap((limit) => {
    const prefix = keyOf({ target, instance: '', limit });
    return Object.entries(before)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, trouble]) => ({ target, instance: key.slice(prefix.length), limit, trouble }));
  });
}

/** The instance comes last: it may hold any character. */
function keyOf({ target, instance, limit }: Pick<Case, 'target' | 'instance' | 'limit'>): string {
  return `${target.name}:${limit.resource}:${limit.severity}:${instance}`;
}

function gapsOf(
  { name, minInstances }: ResourceTarget,
  resource: Resource,
  reading: NonNullable<TargetReading[Resource]>,
): string[] {
  if (reading.kind === 'unmeasured') return [`${resource} of ${name} (${reading.why})`];
  const { instances, unread } = reading;
  const inSight = instances.size + unread.size;
  return [
    ...[...unread].map(([instance, why]) => `${resource} of ${instance} of ${name} (${why})`),
    ...(inSight >= minInstances
      ? []
      : [`${resource} of ${name} (${inSight} instances in sight, expected ${minInstances} at least)`]),
  ];
}

function judge(findings: readonly Finding[], gaps: readonly string[], values: readonly MonitorValue[]) {
  const critical = findings.filter(({ severity }) => severity === 'critical');
  if (critical.length > 0) return { verdict: 'fail', reason: summary(critical.map(({ message }) => message)) } as const;
  if (gaps.length > 0) return { verdict: 'inconclusive', reason: `can't be measured: ${summary(gaps)}` } as const;
  const highest = values.reduce((a, b) => ((b.value ?? 0) > (a.value ?? 0) ? b : a));
  const words = `the highest of ${values.length} readings: ${highest.metric} of ${highest.subject} at ${percent(highest.value ?? 0)}`;
  return {
    verdict: 'pass',
    reason: findings.length === 0 ? words : summary(findings.map(({ message }) => message)),
  } as const;
}

const MOST_IN_REASON = 5;

function summary(parts: readonly string[]): string {
  const more = parts.length > MOST_IN_REASON ? `; and ${parts.length - MOST_IN_REASON} more` : '';
  return `${parts.slice(0, MOST_IN_REASON).join('; ')}${more}`;
}

function findingOf(
  each: Case,
  all: readonly Case[],
  spec: Resources,
  readings: ReadonlyMap<string, TargetReading>,
): Finding {
  const { target, instance, limit, trouble } = each;
  const isOwn = isOfVersion(each, all, spec, readings);
  const calm =
    trouble.calmSince === null
      ? ''
      : `; below ${percent(limit.leave)} again since ${trouble.calmSince}, which counts once it has lasted ${spec.coolDown} ms`;
  const name = target.version === undefined ? instance : `${instance} (${target.version})`;
  return {
    key: `resource:${keyOf(each)}`,
    severity: limit.severity,
    cause: isOwn ? 'version' : 'environment',
    version: target.version ?? null,
    subject: instance,
    message: `${limit.resource} of ${name} has been over ${percent(limit.enter)} since ${trouble.since}, now ${percent(trouble.value)}${calm}`,
    value: trouble.value,
    limit: limit.enter,
  };
}

/** Whether the instance serves one version, and others serve other versions without that trouble. */
function isOfVersion(
  { target, limit }: Case,
  all: readonly Case[],
  { targets }: Resources,
  readings: ReadonlyMap<string, TargetReading>,
): boolean {
  if (target.version === undefined) return false;
  const others = targets.filter(({ version }) => version !== target.version);
  const isMeasured = others.some(({ name }) => {
    const reading = readings.get(name)?.[limit.resource];
    return reading?.kind === 'measured' && reading.instances.size > 0;
  });
  return (
    isMeasured &&
    !all.some((other) => other.target.version !== target.version && other.limit.resource === limit.resource)
  );
}

function valueOf({ target, resource }: About, instance: string, value: number): MonitorValue {
  return { metric: resource, subject: instance, version: target.version ?? null, value, samples: 1 };
}

function noValue(about: About, instance: string, why: string): MonitorValue {
  return { ...valueOf(about, instance, 0), value: null, samples: 0, why };
}

function worseFirst(a: Case, b: Case): number {
  const rank = ({ limit }: Case) => (limit.severity === 'critical' ? 0 : 1);
  return rank(a) - rank(b) || b.trouble.value / b.limit.enter - a.trouble.value / a.limit.enter;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
