import type { MonitorKind, MonitorReading } from '../domain/monitor.js';

/** What a run leaves for the next. Plain JSON. */
export interface MonitorMemory {
  /** Of another kind, it says nothing to this one. */
  readonly kind: MonitorKind;
  /** ISO. */
  readonly at: string;
  /** The monitor's own. */
  readonly state: unknown;
  /** Of its rules. */
  readonly rules: Readonly<Record<string, { readonly since: string; readonly seenAt: string }>>;
}

/** A reading without its numbers. */
export type ReadingLine = Pick<MonitorReading, 'service' | 'monitor' | 'kind' | 'at' | 'verdict' | 'reason'>;

export interface MonitorStore {
  /** null before the first run. */
  memory(service: string, monitor: string): Promise<MonitorMemory | null>;
  /**
   * Keeps a reading and what the run leaves, both or neither; drops readings from before `keepSince`, and all but the newest 1,000. What a run
   * leaves that began before the one whose memory is kept changes no memory.
   */
  save(reading: MonitorReading, memory: MonitorMemory, keepSince: string): Promise<void>;
  /** The newest; null where there is none. */
  latest(service: string, monitor: string): Promise<MonitorReading | null>;
  /** The newest of each monitor, by name; of one service where it is named. */
  overview(filter: { readonly service?: string; readonly limit: number }): Promise<ReadingLine[]>;
  /** Newest first. */
  readings(service: string, monitor: string, limit: number): Promise<ReadingLine[]>;
  /** Drops all that is kept of a monitor. Its incidents stay. */
  forget(service: string, monitor: string): Promise<void>;
}
