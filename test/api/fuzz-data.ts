import type { Store } from '../../src/ports/store.js';
import { batchOf, bucketOf, predictionOf } from '../stores/observation-fixtures.js';
import { decisionOf, stateOf } from '../stores/rollout-fixtures.js';

/** One of each thing whose id the examples in the document name. */
export async function fillForFuzz(store: Store): Promise<void> {
  const spec = { service: 'digits', baseline: { version: 'v1', url: 'http://127.0.0.1:1' } };
  for (const rolloutId of ['digits-1', 'digits-2', '0', 'a']) {
    await store.saveRollout(
      stateOf('digits', {
        rolloutId,
        status: 'waiting',
        waiting: { kind: 'approval', since: '2026-11-01T08:00:00.000Z', until: null, note: 'a person' },
      }),
    );
    await store.appendDecision(decisionOf(rolloutId));
    await store.record.saveSpec(rolloutId, spec as never);
  }
  await store.createFreeze({
    id: 'f-1',
    scope: '*',
    reason: 'x',
    owner: 'y',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await store.appendObservations(batchOf({ buckets: [bucketOf('digits')], predictions: [predictionOf('digits')] }));
}
