import type { CommandSource } from './decision.js';
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
}

/**
 * What an approval is bound to: the spec, the versions' addresses in it, the weight and every verdict, without numbers that move at each look. It is void
 * once this changes.
 */
export function basisOf(
  specDigest: string,
  state: { readonly weightPercent: number; readonly evidence: readonly Evidence[] },
): string {
  return `${specDigest} at ${state.weightPercent} %: ${verdictSignature(state.evidence, null)}`;
}

/** Why somebody's approval can't be taken; null where it can. */
export function approvalRefusal({ approvers, author, given }: OpenApproval, actor: string): string | null {
  if (author !== null && actor === author) return `${actor} started this rollout; four eyes ask for somebody else`;
  if (approvers !== null && !approvers.includes(actor))
    return `${actor} is not among the approvers: ${approvers.join(', ')}`;
  return given.some((one) => one.actor === actor) ? `${actor} has approved already` : null;
}

/** Whether enough people have said yes. */
export function hasQuorum({ given, quorum }: OpenApproval): boolean {
  return given.length >= quorum;
}

/** Those that were given for what no longer is. */
export function voidOnes({ given }: OpenApproval, basis: string): GivenApproval[] {
  return given.filter((one) => one.basis !== basis);
}

/** `1 of 2, by alice; alice, bob or carol may` */
export function describeApproval({ approvers, quorum, given, author }: OpenApproval): string {
  const by = given.length === 0 ? '' : `, by ${given.map(({ actor }) => actor).join(', ')}`;
  const who = approvers === null ? 'anybody' : approvers.join(', ');
  return `${given.length} of ${quorum}${by}; may approve: ${who}${author === null ? '' : `, but not ${author}`}`;
}
