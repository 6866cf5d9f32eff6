import { CancellationScope, condition, patched, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { laterAttributeValues, searchAttributeValues } from '../src/domain/search-attributes.js';
import { persistent } from './activity-proxies.js';
import { rolloutDetails } from './details.js';
import { takePortion } from './portion.js';
import type { Run } from './run.js';
import { settled } from './settled.js';
import { isUnattended } from './shape.js';
import { summaryOf } from './summary.js';

const TURNS = 3;

/**
 * Shows each change of the view in the Web UI, and brings it to the store in the background: traffic never waits for the
 * store, and what could not be written yet stays in the outbox. Runs until the workflow ends.
 */
export function publishChanges(run: Run): { flushed: () => Promise<void> } {
  let recorded = run.state.revision - 1;
  let shown = '';
  const isLast = patched('publish-last');
  const searchable = isUnattended() ? laterAttributeValues : () => ({});
  void CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => run.state.revision > recorded);
      if (isLast) await settled(TURNS);
      const { revision, status, phase } = run.state;
      shown = show(run, shown, searchable(run.state));
      const decisions = takePortion(run.outbox.decisions);
      const summary = summaryOf(decisions.map(({ action }) => action)) || `${status}, ${phase}`;
      if (run.outbox.decisions.length > 0) {
        // What has gathered while the store was away goes there in parts; who follows the ledger must not read that all is over before the last of them.
        await persistent.recordDecisions.executeWithOptions({ summary }, [decisions]);
        continue;
      }
      const { route } = run.outbox;
      run.outbox.route = null;
      await persistent.record.executeWithOptions({ summary }, [{ state: run.state, decisions, route }]);
      recorded = revision;
    }
  });
  return { flushed: () => condition(() => run.state.revision <= recorded) };
}

function show(run: Run, before: string, later: ReturnType<typeof laterAttributeValues>): string {
  setCurrentDetails(rolloutDetails(run.state));
  const attributes = { ...searchAttributeValues(run.state), ...later };
  const now = JSON.stringify(attributes);
  // Each upsert is an event in the history; only a real change is worth one.
  if (now !== before) upsertSearchAttributes(attributes);
  return now;
}
