import { condition, setCurrentDetails } from '@temporalio/workflow';
import type { Notice } from '../src/domain/notice.js';
import type { RolloutState } from '../src/domain/rollout-state.js';
import type { NotifyTarget } from '../src/domain/spec/notify.js';
import { courier, persistent } from './activity-proxies.js';

export interface OutboxInput {
  /** The view as the rollout left it. */
  readonly state: RolloutState;
  readonly errands: readonly { readonly target: NotifyTarget; readonly notices: readonly Notice[] }[];
}

/** Whoever can't be told for so long will not be. */
const LONGEST = '7d';

/** What an ended rollout has left to do: goes on until it is done, while the next rollout runs. */
export async function outbox({ state, errands }: OutboxInput): Promise<void> {
  setCurrentDetails(
    `### ${state.rolloutId} is ${state.status}, cleanup pending\n\n- ${(state.pending ?? []).join('\n- ')}`,
  );
  let open = errands.length;
  for (const { target, notices } of errands) {
    const options = { summary: notices.map(({ event }) => event).join(', '), scheduleToCloseTimeout: LONGEST } as const;
    // Refused or given up: either way there is nothing more to be done.
    void courier.deliver
      .executeWithOptions(options, [target, notices])
      .catch(() => undefined)
      .then(() => {
        open -= 1;
      });
  }
  await condition(() => open === 0);
  await persistent.record({
    state: { ...state, pending: [], revision: state.revision + 1 },
    decisions: [],
    route: null,
  });
}
