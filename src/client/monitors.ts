import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleOptions,
  type ScheduleOptionsStartWorkflowAction,
  ScheduleOverlapPolicy,
  type ScheduleSummary,
} from '@temporalio/client';
import type { monitor } from '../../workflows/index.js';
import { describeError, SluiceError } from '../domain/errors.js';
import { MONITOR_KINDS, type MonitorKind } from '../domain/monitor.js';
import type { MonitorSpec } from '../domain/spec/monitors/index.js';
import { monitorScheduleIdOf, TASK_QUEUE } from './workflow-ids.js';

export interface MonitorName {
  readonly service: string;
  readonly name: string;
}

/** What Temporal knows of a monitor, without asking a worker. */
export interface ScheduledMonitor extends MonitorName {
  readonly kind: MonitorKind | null;
  readonly everyMs: number | null;
  readonly paused: boolean;
  readonly note: string;
  /** ISO; null: none yet, or none to come. */
  readonly lastRunAt: string | null;
  readonly nextRunAt: string | null;
}

export interface MonitorSchedule extends ScheduledMonitor {
  readonly runs: number;
  /** Runs that were left out, as the one before still ran, or as Temporal was away. */
  readonly skipped: number;
  readonly missed: number;
  readonly running: number;
}

/** What is missed for longer is not made up for: an old moment can't be measured. */
const CATCH_UP = '1m' as const;
const PREFIX = 'monitor/';
const CALL_TIMEOUT_MS = 10_000;

/**
 * Begins to run a monitor, the first time at once.
 * @param replace whether one of this name gets this spec instead; whether it is paused stays
 * @returns whether there was none before
 * @throws {SluiceError} COMMAND_REFUSED where there is one and it is not to be replaced
 */
export async function createMonitor(
  client: Client,
  spec: MonitorSpec,
  { replace = false, taskQueue = TASK_QUEUE }: { readonly replace?: boolean; readonly taskQueue?: string } = {},
): Promise<boolean> {
  const scheduleId = monitorScheduleIdOf(spec.service, spec.name);
  const options = optionsOf(spec, scheduleId, taskQueue);
  return asking(client, spec, async () => {
    try {
      await client.schedule.create<typeof monitor>({
        scheduleId,
        ...options,
        memo: memoOf(spec),
        state: { triggerImmediately: true },
      });
      return true;
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      if (!replace)
        throw new SluiceError(
          'COMMAND_REFUSED',
          `there is a monitor ${spec.service}/${spec.name}; --replace changes it`,
        );
      await handleOf(client, spec).update<typeof monitor>(({ state }) => ({ ...options, state }));
      return false;
    }
  });
}

/** By name. */
export async function listMonitors(client: Client, service?: string): Promise<ScheduledMonitor[]> {
  const found: ScheduledMonitor[] = [];
  try {
    for await (const summary of client.schedule.list()) {
      const one = asMonitor(summary);
      if (one !== null && (service === undefined || one.service === service)) found.push(one);
    }
  } catch (error) {
    throw unavailable('monitors', error);
  }
  return found.sort((a, b) => `${a.service}/${a.name}`.localeCompare(`${b.service}/${b.name}`));
}

/** @throws {SluiceError} NOT_FOUND */
export function readMonitor(client: Client, name: MonitorName): Promise<MonitorSchedule> {
  return asking(client, name, async () => asSchedule(name, await handleOf(client, name).describe()));
}

/** No more runs until it is resumed; one that is under way ends. @throws {SluiceError} NOT_FOUND */
export function pauseMonitor(client: Client, name: MonitorName, note: string): Promise<void> {
  return asking(client, name, () => handleOf(client, name).pause(note));
}

/** @throws {SluiceError} NOT_FOUND */
export function resumeMonitor(client: Client, name: MonitorName, note: string): Promise<void> {
  return asking(client, name, () => handleOf(client, name).unpause(note));
}

/** Runs it now, also where it is paused; after the run that is under way, if there is one. @throws {SluiceError} NOT_FOUND */
export function triggerMonitor(client: Client, name: MonitorName): Promise<void> {
  return asking(client, name, () => handleOf(client, name).trigger(ScheduleOverlapPolicy.BUFFER_ONE));
}

/** Its incidents stay. @throws {SluiceError} NOT_FOUND */
export function deleteMonitor(client: Client, name: MonitorName): Promise<void> {
  return asking(client, name, () => handleOf(client, name).delete());
}

function optionsOf(spec: MonitorSpec, scheduleId: string, taskQueue: string) {
  const { service, name, kind, every } = spec;
  return {
    spec: { intervals: [{ every }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'monitor' as const,
      workflowId: scheduleId,
      taskQueue,
      args: [spec] as [MonitorSpec],
      staticSummary: `${service}: ${name} (${kind})`,
      memo: memoOf(spec),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP },
  } satisfies Partial<ScheduleOptions<ScheduleOptionsStartWorkflowAction<typeof monitor>>>;
}

function memoOf({ service, name, kind, every }: MonitorSpec) {
  return { service, monitor: name, kind, every };
}

function handleOf(client: Client, { service, name }: MonitorName): ScheduleHandle {
  return client.schedule.getHandle(monitorScheduleIdOf(service, name));
}

function asMonitor(summary: ScheduleSummary | ScheduleDescription): ScheduledMonitor | null {
  const { scheduleId, spec, state, info } = summary;
  const [service, name] = scheduleId.startsWith(PREFIX) ? scheduleId.slice(PREFIX.length).split('/') : [];
  if (service === undefined || name === undefined) return null;
  const kind = MONITOR_KINDS.find((one) => one === summary.memo?.['kind']) ?? null;
  return {
    service,
    name,
    kind,
    everyMs: spec?.intervals?.[0]?.every ?? null,
    paused: state.paused,
    note: state.note ?? '',
    lastRunAt: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
    nextRunAt: state.paused ? null : (info.nextActionTimes[0]?.toISOString() ?? null),
  };
}

function asSchedule(name: MonitorName, description: ScheduleDescription): MonitorSchedule {
  const { info } = description;
  const about = asMonitor(description);
  if (about === null) throw missing(name);
  return {
    ...about,
    runs: info.numActionsTaken,
    skipped: info.numActionsSkippedOverlap,
    missed: info.numActionsMissedCatchupWindow,
    running: info.runningActions.length,
  };
}

async function asking<T>(client: Client, name: MonitorName, call: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    if (error instanceof ScheduleNotFoundError) throw missing(name);
    throw unavailable(`monitor ${name.service}/${name.name}`, error);
  }
}

function missing({ service, name }: MonitorName): SluiceError {
  return new SluiceError('NOT_FOUND', `there is no monitor ${service}/${name}`);
}

function unavailable(what: string, error: unknown): SluiceError {
  return new SluiceError('TEMPORAL_UNAVAILABLE', `${what}: ${describeError(error)}`, { cause: error });
}
