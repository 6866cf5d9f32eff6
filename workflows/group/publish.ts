import { CancellationScope, condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { persistent } from '../activity-proxies.js';
import { takePortion } from '../portion.js';
import { settled } from '../settled.js';
import { summaryOf } from '../summary.js';
import { groupDetails } from './details.js';
import type { GroupRun } from './run.js';

/** As many as rollouts take (workflows/publish.ts): an ended child and a command may come in one task. */
const TURNS = 3;

/** Shows each change in the Web UI, and brings the ledger's lines to the store in the background: members never wait for the store. */
export function publishGroup(run: GroupRun): { flushed: () => Promise<void> } {
  let shown = -1;
  let attributes = '';
  let isWriting = false;
  const isBehind = () => run.state.revision > shown || run.outbox.length > 0;
  void CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(isBehind);
      isWriting = true;
      // Its commands come last in a task, whatever ended first: see workflows/publish.ts.
      await settled(TURNS);
      shown = run.state.revision;
      attributes = show(run, attributes);
      const decisions = takePortion(run.outbox);
      const summary = summaryOf(decisions.map(({ action }) => action));
      if (decisions.length > 0) await persistent.recordDecisions.executeWithOptions({ summary }, [decisions]);
      isWriting = false;
    }
  });
  return { flushed: () => condition(() => !isWriting && !isBehind()) };
}

function show({ state }: GroupRun, before: string): string {
  setCurrentDetails(groupDetails(state));
  const values = {
    SluiceStatus: [state.status],
    SluicePhase: [state.wave],
    SluiceAwaitingApproval: [state.status === 'waiting'],
  };
  const after = JSON.stringify(values);
  // Each upsert is an event in the history; only a real change is worth one.
  if (after !== before) upsertSearchAttributes(values);
  return after;
}
