import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type * as LookModule from '../../../src/analysis/look.js';
import type * as GuardrailModule from '../../../src/domain/spec/guardrail.js';
import type * as StoreMetricsModule from '../../../src/metrics/store-metrics.js';
import type { Store } from '../../../src/ports/store.js';
import { bucketValue } from '../../../src/stats/sketch/latency-sketch.js';
import { openStore } from '../../../src/stores/open-store.js';
import type * as JsonSchemaModule from '../../../src/yaml/json-schema.js';
import { batchOf, bucketOf, newService } from '../../stores/observation-fixtures.js';
import { ExtendedSources } from './extended-sources.js';

let store: Store;
let sources: ExtendedSources;
beforeAll(async () => {
  [store, sources] = [await openStore({}), await ExtendedSources.with('A metric')];
});
afterAll(() => Promise.all([store?.close(), sources?.remove()]));

/** The bucket of a sketch that a latency is in. */
const indexOf = (ms: number) => String(Array.from({ length: 2000 }, (_, i) => i).find((i) => bucketValue(i) >= ms));

test.each([
  [0.02, 'pass'],
  [0.3, 'fail'],
] as const)(
  'a candidate that is slow %d of the time: %s, from the store and by the sequential test',
  async (share, verdict) => {
    const { guardrail: schema } = await sources.load<typeof GuardrailModule>('src/domain/spec/guardrail.ts');
    const { createStoreMetrics } = await sources.load<typeof StoreMetricsModule>('src/metrics/store-metrics.ts');
    const { judgeLook } = await sources.load<typeof LookModule>('src/analysis/look.ts');
    const service = newService();
    const sums = (slow: number) => ({
      requests: 1000,
      errors: 0,
      latency: { [indexOf(20)]: 1000 - slow, [indexOf(2000)]: slow },
    });
    await store.appendObservations(
      batchOf({
        buckets: [bucketOf(service, sums(20)), bucketOf(service, { arm: 'candidate', ...sums(1000 * share) })],
      }),
    );

    const guardrail = schema.parse({ metric: 'slow_requests', margin: 0.05 });
    if (guardrail.metric === 'query' || guardrail.metric === 'monitor' || guardrail.metric === 'kayenta')
      throw new Error();
    const comparison = await createStoreMetrics(store).compare(
      guardrail.metric,
      { service, epochs: [1, 1] },
      'candidate',
    );
    const { evidence } = judgeLook([{ guardrail, comparison }], 0.05, {});
    expect(evidence).toMatchObject([{ metric: 'slow_requests', verdict, candidate: { samples: 1000, value: share } }]);
  },
);

test('it is offered by the schema of a spec, and judged in shadow', async () => {
  const { rolloutJsonSchema } = await sources.load<typeof JsonSchemaModule>('src/yaml/json-schema.ts');
  expect(JSON.stringify(rolloutJsonSchema())).toContain('slow_requests');
  const { isMeasurableInShadow } = await sources.load<{ isMeasurableInShadow: (metric: string) => boolean }>(
    'src/domain/metric.ts',
  );
  expect(isMeasurableInShadow('slow_requests')).toBe(true);
});
