import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createValidationActivities } from '../../activities/validation.js';
import type { RolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { type Validation, validation } from '../../src/domain/spec/validation/index.js';
import type { Evidence } from '../../src/domain/verdict.js';
import type { ModelServer } from '../../src/ports/model-server.js';
import type { Store } from '../../src/ports/store.js';
import { result } from '../../src/validation/judge-value.js';
import { testStore } from '../setup/store.js';
import { newService } from '../stores/observation-fixtures.js';
import { type DataFolder, dataFolder } from './reading.js';

let folder: DataFolder;
let store: Store;
let service: string;
beforeAll(async () => {
  store = await testStore();
}, 120_000);
afterAll(() => store?.close());
beforeEach(async () => {
  folder = await dataFolder();
  service = newService();
});
afterEach(() => folder.remove());

const SPEC = {
  baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
  candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
  protocol: { kind: 'open-inference', model: 'm', unitKey: 'request' },
} as unknown as RolloutSpec;
const ACCURACY = { metric: 'accuracy', min: 0.9, noWorseThan: 'baseline', margin: 0.3 };
const plan = (dataset: Validation['dataset'], checks: readonly object[] = [ACCURACY]) =>
  validation.parse({ dataset, batchSize: 3, checks });

/** v2 answers whether the first feature is even, v1 always yes. */
async function validate(asked: Validation) {
  const sizes = { v1: [] as number[], v2: [] as number[] };
  const beats: unknown[] = [];
  const modelServer = ({ version }: { version: string }): ModelServer =>
    ({
      infer: async (rows: readonly (readonly number[])[]) => {
        sizes[version as 'v1'].push(rows.length);
        const label = ([first = 0]: readonly number[]) => (version === 'v1' || first % 2 === 0 ? 'yes' : 'no');
        return { predictions: rows.map((row) => ({ label: label(row), scores: null })), latencyMs: 1 };
      },
    }) as unknown as ModelServer;
  const activities = createValidationActivities({
    openDataset: (spec) => folder.open(spec),
    modelServer,
    store,
    models: store.models,
    custom: { run: async (check) => result(check, { verdict: 'fail', reason: 'x'.repeat(2000) }) },
  });
  const workflowExecution = { workflowId: `rollout/${service}`, runId: 'run-1' };
  const environment = new MockActivityEnvironment({ workflowExecution, activityId: '7' });
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const evidence: Evidence[] = await environment.run(() =>
    activities.validate({ ...SPEC, service }, asked, 'parity-1'),
  );
  return { evidence, sizes, beats };
}

describe('the validation activity', () => {
  const ROWS = Array.from({ length: 7 }, (_, i) => `${i};${i % 2 === 0 ? 'yes' : 'no'};id-${i}`);
  const DATASET: Validation['dataset'] = {
    source: 'x.txt',
    format: 'csv',
    delimiter: ';',
    schema: { label: 'y', features: ['n'] },
  };
  beforeEach(() => folder.write('x.txt', ['n;y;id', ...ROWS].join('\n')));

  test('reads a data set in batches, each to both versions, and keeps the report', async () => {
    const { evidence, sizes, beats } = await validate(plan(DATASET));
    expect(sizes).toEqual({ v1: [3, 3, 1], v2: [3, 3, 1] });
    expect(evidence[0]).toMatchObject({
      verdict: 'pass',
      candidate: { samples: 7, value: 1 },
      baseline: { samples: 7, value: 4 / 7 },
    });
    expect(beats[0]).toMatchObject({ stage: 'reading the data set' });
    const [summary] = await store.validations.reports({ service, limit: 10 });
    expect(summary).toMatchObject({
      id: `rollout:${service}:run-1:7`,
      rolloutId: 'parity-1',
      candidate: 'v2',
      verdict: 'pass',
    });
    const report = await store.validations.report(summary?.id ?? '');
    expect(report).toMatchObject({ dataset: { rows: 7 }, candidate: { digest: null }, pass: { requests: 6 } });
    expect(await store.validations.progress(summary?.id ?? '')).toBeNull();
  });

  test('a repeat after the report was kept asks nobody', async () => {
    const first = await validate(plan(DATASET));
    const again = await validate(plan(DATASET));
    expect(again.evidence).toEqual(first.evidence);
    expect(again.sizes).toEqual({ v1: [], v2: [] });
  });

  test('a warning is evidence that stops nothing, and a reason is cut to what a history can hold', async () => {
    const own = { metric: 'custom', name: 'mine', url: 'http://127.0.0.1:1', severity: 'warning' };
    const { evidence } = await validate(plan(DATASET, [own]));
    expect(evidence[0]).toMatchObject({ verdict: 'fail', dryRun: true });
    expect(evidence[0]?.reason).toHaveLength(500);
  });

  test('a missing number or label is named', async () => {
    await folder.write('x.csv', 'a,b,label\n1,2,yes\n1,,yes\n');
    await expect(validate(plan('x.csv'))).rejects.toThrow('x.csv: row 1: b is missing');
    await folder.write('y.csv', 'a,label\n1,\n');
    await expect(validate(plan('y.csv'))).rejects.toThrow('y.csv: row 0: label is missing');
  });
});
