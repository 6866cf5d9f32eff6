import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type * as ReportModule from '../../../src/validation/report/index.js';
import type * as SuiteStageModule from '../../validation/suite-stage.js';
import type { SuiteStage } from '../../validation/suite-stage.js';
import { ExtendedSources } from './extended-sources.js';

let sources: ExtendedSources;
let stage: SuiteStage;
beforeAll(async () => {
  sources = await ExtendedSources.with('A check');
});
afterAll(() => sources?.remove());
beforeEach(async () => {
  const copy = await sources.load<typeof SuiteStageModule>('test/validation/suite-stage.ts');
  stage = await new copy.SuiteStage().open();
  await stage.writeRows(60);
});
afterEach(() => stage.close());

const plan = { concurrency: 1, checks: [{ metric: 'concurrency', min: 0.9, rows: 40 }] };

test('a server that answers alike passes it', async () => {
  stage.candidate.delayMs = 20;
  const { verdict, checks } = await stage.run(plan);
  expect(stage.candidate.mostAtOnce).toBeGreaterThan(10);
  expect({ verdict, checks }).toMatchObject({
    verdict: 'pass',
    checks: [{ name: 'concurrency', verdict: 'pass', candidate: { samples: 40, value: 1 } }],
  });
});

test('one that mixes its callers up fails it, and the report says so in its unit', async () => {
  const { candidate } = stage;
  candidate.delayMs = 20;
  candidate.label = (first) => (candidate.mostAtOnce > 10 ? 7 : first % 2);
  const report = await stage.run(plan);
  expect(report).toMatchObject({ verdict: 'fail', checks: [{ name: 'concurrency', verdict: 'fail' }] });
  const { formatLimits } = await sources.load<typeof ReportModule>('src/validation/report/index.ts');
  expect(report.checks.map(formatLimits)).toEqual(['≥ 90.00 %']);
});
