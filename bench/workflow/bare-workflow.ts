import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

export const goUpdate = defineUpdate<string, [string]>('go');

const { work } = proxyActivities<{ work(payload: unknown): Promise<unknown> }>({ startToCloseTimeout: '10s' });

export interface BareInput {
  /** Of activities, two at a time, as a rollout does its work and its record. */
  readonly pairs: number;
  /** As large as what a rollout gives its activities. */
  readonly payload: unknown;
  readonly done?: number;
  readonly hasGone?: boolean;
}

/** What Temporal itself costs: so many activities and one update, and nothing decided. */
export async function bare(input: BareInput): Promise<number> {
  let hasGone = input.hasGone ?? false;
  setHandler(goUpdate, (who) => {
    hasGone = true;
    return who;
  });
  let done = input.done ?? 0;
  for (; done < input.pairs; done += 1) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      return continueAsNew<typeof bare>({ ...input, done, hasGone });
    }
    if (done === 1) await condition(() => hasGone);
    await Promise.all([work(input.payload), work(input.payload)]);
  }
  await condition(allHandlersFinished);
  return done;
}
