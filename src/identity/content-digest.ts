import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { CommandRequest } from '../domain/decision.js';
import type { StartingPoint } from '../domain/rollout-start.js';

/** What a statement is about: what a command asks for, or the specs that may be started. */
export type StatementContent =
  | Pick<CommandRequest, 'actor' | 'reason' | 'forMs' | 'weightPercent' | 'step' | 'to' | 'artifacts'>
  | { readonly digests: readonly string[] };

/** One function for who signs and who verifies. Fields that are not signed, such as the statement itself, are left out. */
export function statementDigest(content: StatementContent): string {
  if ('digests' in content) return contentDigest({ digests: content.digests });
  const { actor, reason, forMs, weightPercent, step, to, artifacts } = content;
  return contentDigest({ actor, reason, forMs, weightPercent, step, to, artifacts });
}

/** All that must be signed of a start: the spec and, where it does not begin at the beginning, where it begins. */
export function startDigests(
  specDigest: string,
  attempt?: { readonly from: StartingPoint; readonly retryOf?: string | undefined },
): string[] {
  if (attempt === undefined) return [specDigest];
  const { from, retryOf } = attempt;
  return [specDigest, contentDigest({ from, retryOf })];
}

/** SHA-256 of a value as canonical JSON, 64 hex digits. Runs in the workflow sandbox too. */
export function contentDigest(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}

/** Members in the order of their names, absent ones left out, no spaces: one text for one value. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
