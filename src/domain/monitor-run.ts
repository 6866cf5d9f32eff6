import type { IncidentErrand } from './incident.js';
import type { MonitorKind } from './monitor.js';
import type { Verdict } from './verdict.js';

/** What one run of a monitor came to, for its workflow's history: without numbers and findings, which the store has. */
export interface MonitorRunSummary {
  readonly service: string;
  readonly monitor: string;
  readonly kind: MonitorKind;
  readonly at: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly findings: number;
  /** Ids of incidents that this run opened, that go on, and that it ended. */
  readonly opened: readonly string[];
  readonly ongoing: readonly string[];
  readonly resolved: readonly string[];
}

export interface MonitorRunResult {
  readonly summary: MonitorRunSummary;
  /** Who is to be told what. */
  readonly errands: readonly IncidentErrand[];
}
