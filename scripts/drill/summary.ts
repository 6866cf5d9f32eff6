import type { Audit } from './audit.js';
import type { Finding } from './finding.js';
import type { TimedRollback } from './site.js';
import { seconds } from './wait.js';

/** What holds over all drills together. */
export function auditFindings(audit: Audit, rollbacks: readonly TimedRollback[]): Finding[] {
  const { requests, onCandidate, unapproved, accepted, lost, failed, failedElsewhere } = audit;
  const found: Finding[] = [
    {
      drill: 'all drills: requests on the candidate above its approved weight',
      expected: '0',
      seen: `${unapproved.length} of ${onCandidate} on the candidate, of ${requests} in all${examples(unapproved)}`,
      isAsExpected: unapproved.length === 0,
    },
    {
      drill: 'all drills: requests that failed, other than on their way to a killed gateway',
      expected: '0',
      seen: `${failedElsewhere} (${failed - failedElsewhere} on a killed gateway)`,
      isAsExpected: failedElsewhere === 0,
    },
    {
      drill: 'all drills: decisions that were accepted and are lost',
      expected: '0',
      seen: [`${lost.length} of ${accepted}`, ...lost].join('; '),
      isAsExpected: lost.length === 0,
    },
  ];
  const slowest = rollbacks.toSorted((a, b) => b.ms / b.boundMs - a.ms / a.boundMs)[0];
  if (slowest === undefined) return found;
  const { drill, ms, boundMs } = slowest;
  return [
    ...found,
    {
      drill: 'all drills: the way back that came nearest to its bound',
      expected: 'within its bound',
      seen: `${seconds(ms)} of ${seconds(boundMs)}: ${drill}; ${rollbacks.length} in all`,
      isAsExpected: ms <= boundMs,
    },
  ];
}

function examples(unapproved: Audit['unapproved']): string {
  const [first] = unapproved;
  if (first === undefined) return '';
  return `; first ${first.unit} of ${first.service} at ${new Date(first.sentAt).toISOString()}`;
}
