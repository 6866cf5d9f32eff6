import { DAY_MS } from '../domain/duration.js';
import { describeError, SluiceError } from '../domain/errors.js';
import type { IncidentErrand } from '../domain/incident.js';
import type { MonitorOutcome, MonitorReading, RunMonitor } from '../domain/monitor.js';
import type { MonitorRunResult } from '../domain/monitor-run.js';
import type { MonitorSpec } from '../domain/spec/monitors/index.js';
import type { AlertSink } from '../ports/alert-sink.js';
import type { RecordedIncident } from '../ports/incident-store.js';
import type { MonitorMemory } from '../ports/monitor-store.js';
import type { Store } from '../ports/store.js';
import { evaluateRules, type RuleOutcome, type RulePast } from './rules.js';
import { sightingOf } from './sighting.js';
import { signalRollout } from './signalling.js';
import { errandsDue } from './telling.js';

export interface RunDeps {
  readonly store: Pick<Store, 'monitors' | 'incidents' | 'rollouts'>;
  readonly alerts: AlertSink;
  readonly measure: RunMonitor<MonitorSpec>;
  /** Ms since 1970. */
  readonly now?: () => number;
}

/** So long after its end, an incident may still have something to tell or to signal. */
const SETTLED_AFTER_MS = DAY_MS;
const MOST_INCIDENTS = 200;
const MOST_ERRANDS = 50;
const MOST_SILENCES = 200;

/**
 * One run of a monitor: a reading, what its rules make of it, and what is to be done. Everything is written under keys, and what is left to do follows
 * from what is written, so that a run that is broken off anywhere may simply be made again.
 */
export async function runMonitorOnce(deps: RunDeps, spec: MonitorSpec, signal: AbortSignal): Promise<MonitorRunResult> {
  const { store, now = Date.now } = deps;
  const at = new Date(now()).toISOString();
  const kept = await store.monitors.memory(spec.service, spec.name);
  const memory = kept?.kind === spec.kind ? kept : null;
  const { reading, state } = await measured(deps, spec, { at, memory, signal });
  const rules = evaluateRules(spec, reading, memory === null ? {} : await stillSo(deps, spec, memory));
  const judged = withMissing(reading, rules);
  const opened = await openIncidents(deps, spec, judged, rules);
  const resolved = await endIncidents(deps, spec, judged, rules);
  const records = await recordsOf(deps, spec, at);
  for (const record of records) await signalRollout(deps, record);
  const silences = await store.incidents.silences({ active: true, limit: MOST_SILENCES });
  const due = records.flatMap((record) => errandsDue(record, spec, silences, at));
  // Last, as it says that the run is through.
  const next: MonitorMemory = { kind: spec.kind, at, state, rules: rules.past };
  await store.monitors.save(judged, next, new Date(Date.parse(at) - spec.keep).toISOString());
  const { service, monitor, kind, verdict, reason, findings } = judged;
  const open = records.filter(({ incident }) => incident.status !== 'resolved').map(({ incident }) => incident.id);
  const ongoing = open.filter((id) => !opened.includes(id));
  const outcome = { verdict, reason, findings: findings.length, opened, ongoing, resolved };
  return { summary: { service, monitor, kind, at, ...outcome }, errands: someOf(due, spec, at) };
}

/** Other ones from run to run: a receiver that is away keeps its own due for a day, and must not keep all others from theirs. */
function someOf(due: readonly IncidentErrand[], { every }: MonitorSpec, at: string): IncidentErrand[] {
  const first = (Math.floor(Date.parse(at) / every) * MOST_ERRANDS) % Math.max(1, due.length);
  return [...due.slice(first), ...due.slice(0, first)].slice(0, MOST_ERRANDS);
}

/** A run that was broken off may have ended what the run before it had left: if that is there again, it is trouble anew. */
async function stillSo({ store }: RunDeps, { service, name }: MonitorSpec, left: MonitorMemory): Promise<RulePast> {
  const known = await store.incidents.ofMonitor(service, name, left.at, MOST_INCIDENTS);
  const ended = new Set(
    known
      .filter(
        ({ incident: { resolved } }) => resolved?.by === 'sluice' && Date.parse(resolved.at) > Date.parse(left.at),
      )
      .map(({ incident }) => incident.key),
  );
  return Object.fromEntries(Object.entries(left.rules).filter(([key]) => !ended.has(key)));
}

interface Moment {
  readonly at: string;
  readonly memory: MonitorMemory | null;
  readonly signal: AbortSignal;
}

/** A monitor that takes too long, or can't, is inconclusive; what broke in ours is thrown, and tried again. */
async function measured({ measure }: RunDeps, spec: MonitorSpec, { at, memory, signal }: Moment) {
  const { service, name: monitor, kind, timeout } = spec;
  const state = memory?.state ?? null;
  const without = (reason: string): MonitorOutcome => ({
    state,
    reading: { service, monitor, kind, at, window: null, verdict: 'inconclusive', reason, findings: [], values: [] },
  });
  const deadline = AbortSignal.timeout(timeout);
  const either = AbortSignal.any([signal, deadline]);
  try {
    // One that does not listen to the signal must not hold the run either.
    const ended = new Promise<never>((_, reject) => {
      either.addEventListener('abort', () => reject(either.reason as Error), { once: true });
    });
    ended.catch(() => undefined);
    either.throwIfAborted();
    return await Promise.race([measure(spec, { service, monitor, at, state, signal: either }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return without(`it took longer than ${timeout} ms`);
    if (error instanceof SluiceError) return without(describeError(error));
    throw error;
  }
}

/** A metric that a rule asks for and that nobody measures must not read as all being well. */
function withMissing(reading: MonitorReading, { missing }: RuleOutcome): MonitorReading {
  if (missing.length === 0 || reading.verdict !== 'pass') return reading;
  const reason = `no value of ${missing.join(', ')}, which a rule asks for; ${reading.reason}`;
  return { ...reading, verdict: 'inconclusive', reason };
}

async function openIncidents(
  { store }: RunDeps,
  spec: MonitorSpec,
  reading: MonitorReading,
  { firing }: RuleOutcome,
): Promise<string[]> {
  const opened: string[] = [];
  for (const trouble of firing) {
    const { incident, isNew } = await store.incidents.observe(sightingOf(spec, trouble, reading.at));
    if (isNew) opened.push(incident.id);
  }
  return opened;
}

async function endIncidents(
  { store }: RunDeps,
  { service, name }: MonitorSpec,
  { at }: MonitorReading,
  { isOver }: RuleOutcome,
): Promise<string[]> {
  const known = await store.incidents.ofMonitor(service, name, at, MOST_INCIDENTS);
  const over = known.filter(({ incident }) => incident.status !== 'resolved' && isOver(incident.key));
  for (const { incident } of over)
    await store.incidents.resolve(incident.id, { by: 'sluice', reason: 'measured, and as it should be', at });
  return over.map(({ incident }) => incident.id);
}

function recordsOf({ store }: RunDeps, { service, name }: MonitorSpec, at: string): Promise<RecordedIncident[]> {
  const since = new Date(Date.parse(at) - SETTLED_AFTER_MS).toISOString();
  return store.incidents.ofMonitor(service, name, since, MOST_INCIDENTS);
}
