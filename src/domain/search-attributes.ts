import { isAsking } from './commands.js';
import type { RolloutState } from './rollout-state.js';

/** What `temporal workflow list` can ask for; registered before the first rollout. Type names are Temporal's own. */
export const SEARCH_ATTRIBUTES = {
  SluiceService: 'Keyword',
  SluicePhase: 'Keyword',
  SluiceStatus: 'Keyword',
  SluiceVerdict: 'Keyword',
  SluiceCandidateWeight: 'Double',
  SluiceAwaitingApproval: 'Bool',
} as const;

type Values = Record<keyof typeof SEARCH_ATTRIBUTES, string[] | number[] | boolean[]>;

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
