import { isAsking } from './commands.js';
import { cutText } from './cut-text.js';
import type { RolloutState } from './rollout-state.js';

/** What `temporal workflow list` can ask for; registered before the first rollout. Type names are Temporal's own. */
export const SEARCH_ATTRIBUTES = {
  SluiceService: 'Keyword',
  SluicePhase: 'Keyword',
  SluiceStatus: 'Keyword',
  SluiceVerdict: 'Keyword',
  SluiceCandidateWeight: 'Double',
  SluiceAwaitingApproval: 'Bool',
  SluiceOwner: 'Keyword',
  SluiceApprovers: 'KeywordList',
} as const;

type Values = Partial<Record<keyof typeof SEARCH_ATTRIBUTES, string[] | number[] | boolean[]>>;

/** Of a Keyword in Temporal's visibility on PostgreSQL: a longer one would keep the rollout out of every list. */
const LONGEST_KEYWORD = 255;

/** Whoever may answer a hold, or an approval that names nobody. */
const ANYBODY = 'anybody';

export function searchAttributeValues(state: RolloutState): Values {
  return {
    SluiceService: [state.service],
    SluicePhase: [state.phase],
    SluiceStatus: [state.status],
    SluiceVerdict: [state.verdict],
    SluiceCandidateWeight: [state.weightPercent],
    SluiceAwaitingApproval: [isAsking(state)],
  };
}

/** Those that came later: a rollout that began before them never sets them. */
export function laterAttributeValues(state: RolloutState): Values {
  return {
    SluiceOwner: [cutText(state.owner, LONGEST_KEYWORD)],
    SluiceApprovers: isAsking(state) ? approvers(state) : [],
  };
}

/** Whom it waits for: `SluiceApprovers IN ('alice', 'role:release', 'anybody')` finds what waits for alice. */
function approvers({ approval }: RolloutState): string[] {
  if (!approval?.approvers) return [ANYBODY];
  const done = new Set(approval.given.map(({ actor }) => actor));
  const delegated = approval.delegated ?? [];
  const gone = new Set(delegated.map(({ from }) => from));
  const all = [...approval.approvers, ...delegated.map(({ to }) => to)];
  return [...new Set(all)].filter((name) => !done.has(name) && !gone.has(name));
}
