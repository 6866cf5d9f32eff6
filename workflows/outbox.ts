import { condition, setCurrentDetails } from '@temporalio/workflow';
import type { Decision } from '../src/domain/decision.js';
import { FIRST_LINE_OF } from '../src/domain/ledger-ranges.js';
import type { Notice } from '../src/domain/notice.js';
import type { RolloutAliasMove } from '../src/domain/rollout-models.js';
import type { RolloutState } from '../src/domain/rollout-state.js';
import type { NotifyTarget } from '../src/domain/spec/notify.js';
import { courier, persistent, registrar } from './activity-proxies.js';
import { nameOfMove, refusedMove } from './aliases.js';
import { causeOf, now } from './run.js';
import { summaryOf } from './summary.js';

export interface OutboxInput {
  /** The view as the rollout left it. */
  readonly state: RolloutState;
  readonly errands: readonly { readonly target: NotifyTarget; readonly notices: readonly Notice[] }[];
  /** Of aliases, in order; absent: none. */
  readonly moves?: readonly RolloutAliasMove[];
}

/** Whoever can't be told for so long will not be. */
const LONGEST = '7d';

/** What an ended rollout has left to do: goes on until it is done, while the next rollout runs. */
export async function outbox({ state, errands, moves = [] }: OutboxInput): Promise<void> {
  setCurrentDetails(
    `### ${state.rolloutId} is ${state.status}, cleanup pending\n\n- ${(state.pending ?? []).join('\n- ')}`,
  );
  let open = errands.length;
  for (const { target, notices } of errands) {
    const summary = summaryOf(notices.map(({ event }) => event));
    // Refused or given up: either way there is nothing more to be done.
    void courier.deliver
      .executeWithOptions({ summary, scheduleToCloseTimeout: LONGEST }, [target, notices])
      .catch(() => undefined)
      .then(() => {
        open -= 1;
      });
  }
  const decisions = moves.length === 0 ? [] : await moveAliases(state, moves);
  await condition(() => open === 0);
  await persistent.record({
    state: { ...state, pending: [], revision: state.revision + 1 },
    decisions,
    route: null,
  });
}

/** One after the other, in their order. @returns a line of the ledger for each */
async function moveAliases(state: RolloutState, moves: readonly RolloutAliasMove[]): Promise<Decision[]> {
  const { service, rolloutId, startedAt } = state;
  const late = { service, rolloutId, startedAt };
  const decisions: Decision[] = [];
  for (const [index, move] of moves.entries()) {
    const options = { summary: nameOfMove(move), scheduleToCloseTimeout: LONGEST } as const;
    const reason = await registrar.moveRolloutAlias.executeWithOptions(options, [move, late]).then(
      () => nameOfMove(move),
      (error: unknown) => refusedMove(move, causeOf(error)),
    );
    decisions.push(lineOf(state, FIRST_LINE_OF.outbox + index, reason));
  }
  return decisions;
}

function lineOf({ rolloutId, phase, weightPercent }: RolloutState, sequence: number, reason: string): Decision {
  const who = { actor: 'sluice', source: 'rule', action: 'registry' } as const;
  return { ...who, rolloutId, sequence, at: now(), phase, weightPercent, reason, evidence: [] };
}
