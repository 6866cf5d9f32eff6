import { guardrailName } from '../domain/guardrail-name.js';
import type { Finding, MonitorReading } from '../domain/monitor.js';
import type { MonitorGuardrail } from '../domain/spec/guardrail.js';
import type { Evidence } from '../domain/verdict.js';
import { ENVIRONMENT, inconclusive } from './evidence.js';

/** What is known of a monitor at one look. */
export interface MonitorLook {
  /** null: none was ever made, or all have been dropped. */
  readonly reading: MonitorReading | null;
  /** The version under trial; null: unknown. */
  readonly candidate: string | null;
  /** ISO, by the worker's clock. */
  readonly at: string;
}

/**
 * The newest reading of a monitor as evidence. A critical finding fails the candidate where it is to blame; where the environment is, or another
 * version, the rollout holds. A reading that is missing, too old or from a clock far ahead says nothing.
 */
export function judgeMonitor(guardrail: MonitorGuardrail, { reading, candidate, at }: MonitorLook): Evidence {
  const { maxAge, dryRun } = guardrail;
  const none = { samples: 0, value: null };
  const metric = guardrailName(guardrail);
  const frame = { metric, baseline: none, candidate: none, margin: 0, rule: 'monitor', alpha: 0, dryRun };
  if (reading === null) return inconclusive(frame, 'there is no reading of it');
  const ageMs = Date.parse(at) - Date.parse(reading.at);
  if (!(Math.abs(ageMs) <= maxAge))
    return inconclusive(
      frame,
      `its newest reading, of ${reading.at}, is ${describeAge(ageMs)}; ${maxAge} ms is the most`,
    );
  const critical = reading.findings.filter(({ severity }) => severity === 'critical');
  const blamed = critical.find((finding) => isOf(candidate, finding));
  if (blamed) {
    const { message, value, limit } = blamed;
    const reason = `${metric}: ${message}`;
    return { ...frame, candidate: { samples: 0, value }, verdict: 'fail', reason, difference: null, bound: limit };
  }
  const [other] = critical;
  if (other) return inconclusive({ ...frame, rule: ENVIRONMENT }, `environment: ${other.message}`);
  // Whatever made it fail, if there is no finding to show it can't be laid at anybody's door.
  if (reading.verdict !== 'pass') return inconclusive(frame, `${reading.verdict}: ${reading.reason}`);
  return { ...frame, verdict: 'pass', reason: `${metric}: ${reading.reason}`, difference: null, bound: null };
}

/** What is blamed on versions, and on none by name, is blamed on the one that is under trial. */
function isOf(candidate: string | null, { cause, version }: Finding): boolean {
  return cause === 'version' && (version === null || candidate === null || version === candidate);
}

function describeAge(ms: number): string {
  return ms < 0 ? `${-ms} ms ahead of this clock` : `${ms} ms old`;
}
