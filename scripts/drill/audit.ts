import { BUCKETS, unitBucket } from '../../src/routing/bucket.js';
import { type Move, movesOf } from './history.js';
import type { Answer } from './load.js';
import type { Site } from './site.js';

/** From the signal to the end of the process. */
const KILL_TAKES_MS = 100;

export interface Audit {
  readonly requests: number;
  readonly onCandidate: number;
  /** Answered by the candidate above all that was approved by then, or after its end was confirmed. */
  readonly unapproved: readonly Answer[];
  readonly failed: number;
  /** Of those, not on their way to a gateway when it was killed. */
  readonly failedElsewhere: number;
  readonly accepted: number;
  /** Decisions that were accepted, and are not in the ledger exactly once. */
  readonly lost: readonly string[];
}

/** Every request of every drill against what was approved for its service at that time. */
export async function audit(site: Site): Promise<Audit> {
  const { answers } = site.load;
  const unapproved: Answer[] = [];
  for (const { service, rolloutId } of site.rollouts) {
    const moves = await movesOf(site.client, service);
    const forcedAt = site.forcedAt.get(service);
    const ofService = answers.filter((answer) => answer.service === service && answer.version === 'v2');
    unapproved.push(
      ...ofService.filter((answer) => !isApproved(answer, unitBucket(rolloutId, answer.unit), moves, forcedAt)),
    );
  }
  const failed = answers.filter(({ version }) => version === null);
  return {
    requests: answers.length,
    onCandidate: answers.filter(({ version }) => version === 'v2').length,
    unapproved,
    failed: failed.length,
    failedElsewhere: failed.filter((answer) => !site.gatewayKills.some((kill) => isVictim(answer, kill))).length,
    accepted: site.accepted.length,
    lost: await lostDecisions(site),
  };
}

/**
 * A change counts from when the workflow decided on it, a way back from when all gateways had confirmed it: what lies between is the
 * time that it takes to read it back.
 */
function isApproved(answer: Answer, bucket: number, moves: readonly Move[], forcedAt: number | undefined): boolean {
  const begun = moves.filter(({ approvedAt }) => approvedAt <= answer.answeredAt);
  const settled = moves.findLastIndex(({ confirmedAt }) => confirmedAt !== null && confirmedAt < answer.sentAt);
  const highest = Math.max(0, ...begun.map(({ weightPercent }) => weightPercent));
  const isOver = moves[settled]?.weightPercent === 0 && begun.slice(settled + 1).length === 0;
  const isForced = forcedAt !== undefined && answer.sentAt > forcedAt;
  return bucket < (highest / 100) * BUCKETS && !isOver && !isForced;
}

function isVictim({ gateway, sentAt, answeredAt }: Answer, kill: { gateway: number; at: number }): boolean {
  return gateway === kill.gateway && sentAt <= kill.at + KILL_TAKES_MS && answeredAt >= kill.at;
}

async function lostDecisions(site: Site): Promise<string[]> {
  const lost: string[] = [];
  for (const { rolloutId, action, actor } of site.accepted) {
    const lines = await site.ledger(rolloutId);
    const times = lines.filter((line) => line.action === action && line.actor === actor).length;
    if (times !== 1) lost.push(`${action} by ${actor} of ${rolloutId}: ${times} times`);
  }
  return lost;
}
