import { DAY_MS } from '../../domain/duration.js';
import { describeError, SluiceError } from '../../domain/errors.js';
import { LOG_RETENTION_DAYS, MOST_TEMPLATES } from '../../domain/log-line.js';
import type { MonitorOutcome, MonitorReading, MonitorRun, RunMonitor } from '../../domain/monitor.js';
import type { LogsMonitor } from '../../domain/spec/monitors/logs.js';
import type { LogSpan } from '../../ports/log-store.js';
import type { MonitorStore } from '../../ports/monitor-store.js';
import type { Store } from '../../ports/store.js';
import { armsFromStore } from './arms.js';
import { evaluateLogs, type LogEvidence } from './evaluate.js';
import { MOST_COUNTS } from './report.js';

const MINUTE_MS = 60_000;
const MOST_MONITORS = 1000;

/** What the run before left: the day (UTC) that old logs were last dropped on, and how long the monitor needs them, for others who drop. */
interface LogsState {
  readonly prunedOn: string;
  readonly retention: number;
}

/** Reads what the store has of a service's logs, judges it, and once a day drops what is old. */
export function createLogsMonitor(
  store: Pick<Store, 'logs' | 'monitors' | 'latestRoute' | 'armSummaries'>,
): RunMonitor<LogsMonitor> {
  return async (spec, run) => {
    const window = windowOf(spec, run);
    const reading = await read(store, spec, run, window).catch((error: unknown) => {
      if (!(error instanceof SluiceError)) throw error;
      return inconclusive(run, window, describeError(error));
    });
    return { reading, state: await pruneDaily(store, spec, run) };
  };
}

/** Whole minutes that are over. */
function windowOf({ window }: LogsMonitor, { service, at }: MonitorRun): LogSpan {
  const until = Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS;
  return { service, since: iso(until - window), until: iso(until) };
}

async function read(
  store: Pick<Store, 'logs' | 'latestRoute' | 'armSummaries'>,
  spec: LogsMonitor,
  run: MonitorRun,
  window: LogSpan,
): Promise<MonitorReading> {
  // Whole windows, so that the last one of the series is the judged one.
  const windows = Math.floor(spec.history / spec.window);
  const history = { ...window, since: iso(Date.parse(window.since) - windows * spec.window), until: window.since };
  const evidence: LogEvidence = {
    window,
    history,
    arms: await armsFromStore(store)(window),
    counts: await store.logs.counts(window, MOST_COUNTS),
    before: await store.logs.counts(history, MOST_COUNTS),
    templates: await store.logs.templates(run.service, MOST_TEMPLATES),
    series: await store.logs.series({ ...history, until: window.until }, spec.window),
  };
  return { ...frameOf(run, window), ...evaluateLogs(spec, evidence) };
}

function frameOf({ service, monitor, at }: MonitorRun, { since, until }: LogSpan) {
  return { service, monitor, kind: 'logs', at, window: { since, until } } as const;
}

function inconclusive(run: MonitorRun, window: LogSpan, reason: string): MonitorReading {
  return { ...frameOf(run, window), verdict: 'inconclusive', reason, findings: [], values: [] };
}

/** A store that is away is no reason to lose the reading: the next run tries again. */
async function pruneDaily(
  { logs, monitors }: Pick<Store, 'logs' | 'monitors'>,
  { retention }: LogsMonitor,
  run: MonitorRun,
): Promise<MonitorOutcome['state']> {
  const prunedOn = run.at.slice(0, 10);
  const before = run.state as Pick<LogsState, 'prunedOn'> | null;
  try {
    if (before?.prunedOn !== prunedOn)
      await logs.prune(iso(Date.parse(run.at) - (await longestRetention(monitors, retention, run))));
    return { prunedOn, retention } satisfies LogsState;
  } catch (error) {
    if (error instanceof SluiceError) return before;
    throw error;
  }
}

/** A day is dropped as a whole, with what all services have in it: others may look further back. */
async function longestRetention(
  monitors: MonitorStore,
  own: number,
  { service, monitor }: Pick<MonitorRun, 'service' | 'monitor'>,
): Promise<number> {
  let longest = own;
  for (const one of await monitors.overview({ limit: MOST_MONITORS })) {
    if (one.kind !== 'logs' || (one.service === service && one.monitor === monitor)) continue;
    const left = (await monitors.memory(one.service, one.monitor))?.state as Partial<LogsState> | null | undefined;
    longest = Math.max(longest, left?.retention ?? LOG_RETENTION_DAYS * DAY_MS);
  }
  return longest;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
