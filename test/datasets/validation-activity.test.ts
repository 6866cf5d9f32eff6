import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createValidationActivities } from '../../activities/validation.js';
import type { Validation } from '../../src/domain/spec/phases.js';
import type { RolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Evidence } from '../../src/domain/verdict.js';
import type { ModelServer } from '../../src/ports/model-server.js';
import { type DataFolder, dataFolder } from './reading.js';

let folder: DataFolder;
beforeEach(async () => {
  folder = await dataFolder();
});
afterEach(() => folder.remove());

const SPEC = { baseline: { version: 'v1' }, candidate: { version: 'v2' }, protocol: {} } as unknown as RolloutSpec;
const plan = (dataset: Validation['dataset']): Validation => ({
  dataset,
  batchSize: 3,
  checks: [{ metric: 'accuracy', min: 0.9, noWorseThan: 'baseline', margin: 0.3 }],
});

/** v2 answers whether the first feature is even, v1 always yes. */
async function validate(dataset: Validation['dataset']) {
  const sizes: number[] = [];
  const modelServer = ({ version }: { version: string }): ModelServer =>
    ({
      infer: async (rows: readonly (readonly number[])[]) => {
        sizes.push(rows.length);
        const label = ([first = 0]: readonly number[]) => (version === 'v1' || first % 2 === 0 ? 'yes' : 'no');
        return { predictions: rows.map((row) => ({ label: label(row), scores: null })), latencyMs: 1 };
      },
    }) as unknown as ModelServer;
  const activities = createValidationActivities({ openDataset: (spec) => folder.open(spec), modelServer });
  const environment = new MockActivityEnvironment();
  const evidence: Evidence[] = await environment.run(() => activities.validate(SPEC, plan(dataset)));
  return { evidence, sizes };
}

describe('the validation activity', () => {
  test('reads a data set in batches, once for each version that is asked', async () => {
    const rows = Array.from({ length: 7 }, (_, i) => `${i};${i % 2 === 0 ? 'yes' : 'no'};id-${i}`);
    await folder.write('x.txt', ['n;y;id', ...rows].join('\n'));
    const { evidence, sizes } = await validate({
      source: 'x.txt',
      format: 'csv',
      delimiter: ';',
      schema: { label: 'y', features: ['n'] },
    });
    expect(sizes).toEqual([3, 3, 1, 3, 3, 1]);
    expect(evidence[0]).toMatchObject({
      verdict: 'pass',
      candidate: { samples: 7, value: 1 },
      baseline: { samples: 7, value: 4 / 7 },
    });
  });

  test('a missing number or label is named', async () => {
    await folder.write('x.csv', 'a,b,label\n1,2,yes\n1,,yes\n');
    await expect(validate('x.csv')).rejects.toThrow('x.csv: row 1: b is missing');
    await folder.write('y.csv', 'a,label\n1,\n');
    await expect(validate('y.csv')).rejects.toThrow('y.csv: row 0: label is missing');
  });
});
