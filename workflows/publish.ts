import { CancellationScope, condition, patched, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributeValues } from '../src/domain/search-attributes.js';
import { persistent } from './activity-proxies.js';
import { rolloutDetails } from './details.js';
import type { Run } from './run.js';

/**
 * Shows each change of the view in the Web UI, and brings it to the store in the background: traffic never waits for the
 * store, and what could not be written yet stays in the outbox. Runs until the workflow ends.
 */
export function publishChanges(run: Run): { flushed: () => Promise<void> } {
  let recorded = run.state.revision - 1;
  let shown = '';
  const isLast = patched('publish-last');
  void CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => run.state.revision > recorded);
      if (isLast) await settled();
      const { revision, status, phase } = run.state;
      shown = show(run, shown);
      const decisions = run.outbox.decisions.splice(0);
      const { route } = run.outbox;
      run.outbox.route = null;
      await persistent.record.executeWithOptions(
        { summary: decisions.map(({ action }) => action).join(', ') || `${status}, ${phase}` },
        [{ state: run.state, decisions, route }],
      );
      recorded = revision;
    }
  });
  return { flushed: () => condition(() => run.state.revision <= recorded) };
}

/** Several times over, everything that can go on has gone on. */
const TURNS = 3;

/**
 * Lets what else goes on come to its next wait first. A replay may give two tasks of the history at once (an empty one, and the update after it): then the
 * end of an earlier record and a command come together, and the commands of this loop and of the phases must not depend on which came first.
 */
async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    let asked = 0;
    // Asked at once, and again only when nothing else moves.
    await condition(() => {
      asked += 1;
      return asked > 1;
    });
  }
}

function show(run: Run, before: string): string {
  setCurrentDetails(rolloutDetails(run.state));
  const attributes = searchAttributeValues(run.state);
  const now = JSON.stringify(attributes);
  // Each upsert is an event in the history; only a real change is worth one.
  if (now !== before) upsertSearchAttributes(attributes);
  return now;
}
