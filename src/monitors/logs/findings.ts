import { cutText } from '../../domain/cut-text.js';
import type { Finding } from '../../domain/monitor.js';
import type { Difference, Exposed } from './compare.js';
import type { Unusual } from './rates.js';
import { type Signature, totalOf } from './signatures.js';

const LONGEST_TEXT = 160;

export function differenceFinding(
  difference: Difference,
  candidate: Exposed,
  baseline: Exposed,
  per: 'request' | 'line',
  environmentShare: number,
): Finding {
  const { kind, signature, ratio } = difference;
  const subject = signature.id;
  const what = described(signature);
  const numbers = `${difference.candidate} in ${candidate.exposure} ${per}s of ${candidate.version}, ${difference.baseline} in ${baseline.exposure} of ${baseline.version}`;
  switch (kind) {
    case 'only':
    case 'more':
      return {
        key: `logs/${kind}/${candidate.version}/${subject}`,
        severity: 'critical',
        cause: 'version',
        version: candidate.version,
        subject,
        message: `${kind === 'only' ? `only ${candidate.version} has` : `${candidate.version} has more of`} ${what}: ${numbers}`,
        value: ratio ?? difference.candidate,
        limit: null,
      };
    case 'both': {
      const share = (difference.candidate + difference.baseline) / (candidate.exposure + baseline.exposure);
      return environmental(signature, share, environmentShare, `both versions have the new ${what}: ${numbers}`);
    }
  }
}

/** Of a service without a candidate. */
export function newErrorFinding(signature: Signature, lines: number, environmentShare: number): Finding {
  const total = totalOf(signature);
  const message = `new: ${described(signature)}, ${total} in ${lines} lines`;
  return environmental(signature, total / Math.max(1, lines), environmentShare, message);
}

export function unusualFinding({ what, direction, by, value, usual, limit }: Unusual): Finding {
  const rounded = Math.round(value * 10) / 10;
  const said = by === 'window' ? `${rounded} ${what} in the window` : `${rounded} ${what} a window lately`;
  return {
    key: `logs/rate/${what}/${direction}`,
    severity: 'warning',
    cause: 'environment',
    version: null,
    subject: what,
    message: `${direction} ${what} than usual: ${said}, usually ${usual}, limit ${Math.round(limit * 10) / 10}`,
    value,
    limit,
  };
}

function environmental(signature: Signature, share: number, limit: number, message: string): Finding {
  return {
    key: `logs/new/${signature.id}`,
    severity: share >= limit ? 'critical' : 'warning',
    cause: 'environment',
    version: null,
    subject: signature.id,
    message,
    value: share,
    limit,
  };
}

function described({ category, text }: Signature): string {
  return `${category} error "${cutText(text, LONGEST_TEXT)}"`;
}
