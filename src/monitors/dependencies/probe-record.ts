import type { Probe } from '../../domain/spec/monitors/dependencies.js';

/** What one probe came to. `unmeasured`: it says nothing of the dependency, for instance since it is not well written. */
export type ProbeOutcome =
  | { readonly kind: 'success'; readonly ms: number; readonly value?: number }
  | { readonly kind: 'failure'; readonly ms: number; readonly why: string; readonly value?: number }
  | { readonly kind: 'unmeasured'; readonly why: string };

/** What is kept of a node from run to run. */
export interface ProbeRecord {
  readonly status: 'up' | 'down' | 'unknown';
  /** In a row, up to now. */
  readonly failures: number;
  readonly successes: number;
  /** When it came to this status, ISO. */
  readonly since: string;
  /** The newest failure's reason; null once it is up. */
  readonly why: string | null;
}

/** Takes one more outcome in: a status changes only after so many equal outcomes in a row. */
export function takeOutcome(
  before: ProbeRecord | null,
  outcome: ProbeOutcome,
  { failureThreshold, successThreshold }: Pick<Probe, 'failureThreshold' | 'successThreshold'>,
  at: string,
): ProbeRecord {
  const old = before ?? { status: 'unknown', failures: 0, successes: 0, since: at, why: null };
  switch (outcome.kind) {
    case 'unmeasured':
      return old;
    case 'success': {
      const successes = Math.min(old.successes + 1, successThreshold);
      const isUp = old.status === 'up' || successes >= successThreshold;
      return { ...movedTo(old, isUp ? 'up' : old.status, at), failures: 0, successes, why: isUp ? null : old.why };
    }
    case 'failure': {
      const failures = Math.min(old.failures + 1, failureThreshold);
      const isDown = old.status === 'down' || failures >= failureThreshold;
      return { ...movedTo(old, isDown ? 'down' : old.status, at), failures, successes: 0, why: outcome.why };
    }
  }
}

/**
 * How a node stands in this run. What was down stays so until it is seen to be up; what was up and can't be measured now is unknown.
 */
export function standing(record: ProbeRecord, outcome: ProbeOutcome): ProbeRecord['status'] {
  return outcome.kind === 'unmeasured' && record.status === 'up' ? 'unknown' : record.status;
}

function movedTo(old: ProbeRecord, status: ProbeRecord['status'], at: string): ProbeRecord {
  return old.status === status ? old : { ...old, status, since: at };
}
