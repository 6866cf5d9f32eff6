import type { CommandSource } from './decision.js';
import type { Identity } from './identity.js';
import { knownDigests, type RolloutModels } from './rollout-models.js';
import type { Evidence } from './verdict.js';
import { verdictSignature } from './verdict.js';

/** One person's yes, and what it was a yes to. */
export interface GivenApproval {
  readonly actor: string;
  readonly source: CommandSource;
  readonly at: string;
  readonly reason: string;
  /** What the person had before them, as `basisOf` says it. */
  readonly basis: string;
}

/** An approval that is being asked for: who may give it, how many must, and who has. */
export interface OpenApproval {
  /** Null: anybody may. */
  readonly approvers: readonly string[] | null;
  readonly quorum: number;
  /** Who asked for the rollout, and may not approve it; null where that is allowed. */
  readonly author: string | null;
  readonly given: readonly GivenApproval[];
  /** Who has handed the right to approve this on, and to whom; absent where nobody has. */
  readonly delegated?: readonly Delegation[];
}

interface Delegation {
  readonly from: string;
  readonly to: string;
}

/** People are named as they are, roles as `role:<name>`. */
export function isNamed(names: readonly string[], { subject, roles }: Identity): boolean {
  // Who merely calls itself `role:release` has no role.
  const isPerson = !subject.startsWith('role:') && names.includes(subject);
  return isPerson || roles.some((role) => names.includes(`role:${role}`));
}

/**
 * What an approval is bound to: the spec, the versions' addresses in it, the digests of their artifacts where they are known, the weight and every
 * verdict, without numbers that move at each look. It is void once this changes.
 */
export function basisOf(
  specDigest: string,
  state: {
    readonly weightPercent: number;
    readonly evidence: readonly Evidence[];
    readonly models?: RolloutModels | undefined;
  },
): string {
  const { baseline = '?', candidate = '?' } = knownDigests(state.models) ?? {};
  const artifacts = baseline === '?' && candidate === '?' ? '' : ` of ${candidate} against ${baseline}`;
  return `${specDigest}${artifacts} at ${state.weightPercent} %: ${verdictSignature(state.evidence, null)}`;
}

/** Why somebody's approval can't be taken; null where it can. */
export function approvalRefusal(
  { approvers, author, given, delegated = [] }: OpenApproval,
  who: Identity,
): string | null {
  const { subject } = who;
  if (author !== null && subject === author) return `${subject} started this rollout; four eyes ask for somebody else`;
  const handedOn = delegated.find(({ from }) => from === subject);
  if (handedOn) return `${subject} has handed this approval on to ${handedOn.to}`;
  const isDelegate = delegated.some(({ to }) => to === subject);
  if (approvers !== null && !isDelegate && !isNamed(approvers, who))
    return `${subject} is not among the approvers: ${approvers.join(', ')}`;
  return given.some((one) => one.actor === subject) ? `${subject} has approved already` : null;
}

/** Whether enough people have said yes. */
export function hasQuorum({ given, quorum }: OpenApproval): boolean {
  return given.length >= quorum;
}

/** Those that were given for what no longer is. */
export function voidOnes({ given }: OpenApproval, basis: string): GivenApproval[] {
  return given.filter((one) => one.basis !== basis);
}

/** `1 of 2, by alice; may approve: alice, bob, role:release` */
export function describeApproval({ approvers, quorum, given, author, delegated = [] }: OpenApproval): string {
  const by = given.length === 0 ? '' : `, by ${given.map(({ actor }) => actor).join(', ')}`;
  const who = approvers === null ? 'anybody' : approvers.join(', ');
  const instead = delegated.map(({ from, to }) => `, ${to} for ${from}`).join('');
  return `${given.length} of ${quorum}${by}; may approve: ${who}${instead}${author === null ? '' : `, but not ${author}`}`;
}
