import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadSpec } from '../../src/client/load-spec.js';
import { validation } from '../../src/domain/spec/validation/index.js';
import { CLASS_METRICS, FAIRNESS_METRICS, REGRESSION_METRICS } from '../../src/domain/spec/validation/row-checks.js';
import { GENERATION_METRICS } from '../../src/domain/spec/validation/server-checks.js';

const text = readFileSync('docs/validation.md', 'utf8');

test('the suites of docs/validation.md are right ones', () => {
  const blocks = [...text.matchAll(/```yaml\n([^`]*)```/g)].map(
    ([, block]) => parse(block ?? '') as { phases?: { validation: unknown } },
  );
  const suites = blocks.flatMap(({ phases }) => (phases === undefined ? [] : [validation.parse(phases.validation)]));
  expect(suites).toHaveLength(5);
  expect(suites.flatMap(({ checks }) => checks).length).toBeGreaterThan(25);
});

test('it names every check, and so does the schema', () => {
  const metrics = [...CLASS_METRICS, ...REGRESSION_METRICS, ...FAIRNESS_METRICS, ...GENERATION_METRICS];
  const schema = readFileSync('schema/rollout-v1.schema.json', 'utf8');
  // Of a family of quantiles the first is named whole.
  expect(metrics.filter((metric) => !text.includes(metric.replace(/^.*_p95$/, '_p95')))).toEqual([]);
  const others = [...text.matchAll(/metric: (\w+)/g)].map(([, metric]) => metric);
  for (const metric of [...metrics, ...others]) expect(schema).toContain(`"${metric}"`);
});

test('examples/digits-validation.yaml is a right spec', async () => {
  const { phases } = await loadSpec('examples/digits-validation.yaml');
  expect(phases.validation?.checks.length).toBeGreaterThan(25);
});
