import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readDigits } from '../../../examples/model-server/dataset.js';
import { type RunningModelServer, startModelServer } from '../../../examples/model-server/server.js';
import { validate as noFavouriteClass } from '../../../examples/validators/no-favourite-class.js';
import { validation } from '../../../src/domain/spec/validation/index.js';
import { createModelServer } from '../../../src/inference/model-server.js';
import type { AnsweredRow } from '../../../src/validation/answered-row.js';
import type { ValidatorContext } from '../../../src/validation/custom/contract.js';
import { createCustomChecks } from '../../../src/validation/custom/index.js';
import { type CustomCheck, INPUT, sampleOf } from './stage.js';

const ROWS = 60;
const holdout = readDigits('digits-holdout.csv');
const protocol = { kind: 'open-inference', model: 'digits', unitKey: 'request' } as const;
const FOLDER = 'examples/validators';

/** A row's true digit, and what is said to be predicted. */
const rows = (pairs: readonly [string | null, string][]): AnsweredRow[] =>
  sampleOf(pairs.length).map((row, i) => ({
    ...row,
    label: pairs[i]?.[0] ?? null,
    candidate: { label: pairs[i]?.[1] ?? '', scores: null },
  }));
const judge = (sample: AnsweredRow[], settings = {}) =>
  noFavouriteClass({ sample, with: settings } as unknown as ValidatorContext);

describe('no favourite class', () => {
  const lost = rows([...Array<[string, string]>(6).fill(['3', '3']), ...Array<[string, string]>(7).fill(['8', '3'])]);

  test('names the class that is predicted too often, with its numbers', () => {
    expect(judge(lost)).toMatchObject({
      verdict: 'fail',
      reason: 'class 3 occurs 6 times and is predicted 13 times; at most 2 times as often is allowed',
      value: 13 / 6,
    });
    expect(judge(lost, { most: 3 })).toMatchObject({ verdict: 'pass' });
  });

  test('says nothing without labels, or of rows too few', () => {
    expect(judge(lost, { minRows: 20 })).toMatchObject({ verdict: 'inconclusive' });
    expect(judge(rows([[null, '3']]))).toMatchObject({ verdict: 'inconclusive' });
    expect(judge([])).toMatchObject({ verdict: 'inconclusive' });
    expect(() => judge(lost, { most: 'two' })).toThrow('most and minRows are numbers');
  });
});

describe('against the example servers', () => {
  const servers: Partial<Record<string, RunningModelServer>> = {};
  beforeAll(async () => {
    for (const version of ['v2', 'v3'] as const) servers[version] = await startModelServer({ version, port: 0 });
  });
  afterAll(async () => {
    for (const server of Object.values(servers)) await server?.close();
  });

  const run = async (version: string, module: string) => {
    const model = createModelServer({ version, url: servers[version]?.url ?? '' }, protocol);
    const features = holdout.rows.slice(0, ROWS);
    const { predictions } = await model.infer(features);
    const sample = features.map((row, index): AnsweredRow => {
      const candidate = predictions[index] ?? { label: '', scores: null };
      return { index, features: row, label: String(holdout.labels[index]), fields: {}, candidate, baseline: null };
    });
    const check: CustomCheck = { metric: 'custom', name: 'mine', module: `${FOLDER}/${module}.ts`, timeout: 60_000 };
    const columns = { features: [], label: 'label', fields: [] };
    const { signal } = new AbortController();
    const stage = {
      candidate: model,
      baseline: model,
      columns,
      sample,
      batchSize: 50,
      patienceMs: 30_000,
      signal,
      beat: () => undefined,
    };
    return createCustomChecks({ dataDir: '.' }).run(check, INPUT, [], stage);
  };

  test('v2 passes both', async () => {
    expect(await run('v2', 'no-favourite-class')).toMatchObject({ verdict: 'pass' });
    expect(await run('v2', 'alone-as-in-company')).toMatchObject({ verdict: 'pass', candidate: { value: 0 } });
  });

  test('v3, which is good in batches only, is found out', async () => {
    const result = await run('v3', 'alone-as-in-company');
    expect(result.reason).toMatch(/^mine: \d+ of 60 rows are answered otherwise when they are asked alone$/);
    expect(result).toMatchObject({ verdict: 'fail', details: { changed: expect.any(Array) } });
    expect(result.candidate.value).toBeGreaterThan(0.5);
  });
});

test('what the README shows is a valid part of a spec', async () => {
  const readme = await readFile(`${FOLDER}/README.md`, 'utf8');
  const document = parse(/```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '') as { phases: { validation: unknown } };
  const { checks } = validation.parse(document.phases.validation);
  expect(checks.map((check) => check.metric)).toEqual(['custom', 'custom', 'custom']);
});

test.each([
  [{ module: '../x.ts' }, 'it leads upwards'],
  [{ module: '/x.ts' }, 'it is absolute'],
  [{ module: 'x.sh' }, 'expected a .js, .mjs or .ts file'],
  [{ url: 'ftp://x.example' }, 'expected an http or https URL'],
  [{ url: 'https://me:secret@x.example' }, 'a user name or password'],
  [{ url: 'https://x.example', secretRef: 'DATABASE_URL' }, 'SLUICE_SECRET_<NAME>'],
  [{ url: 'https://x.example', module: 'x.ts' }, 'either a module or a url'],
  [{}, 'either a module or a url'],
])('a spec with %j is refused: %s', (over, why) => {
  const checks = [{ metric: 'custom', name: 'mine', ...over }];
  const parsed = validation.safeParse({ dataset: 'x.csv', checks });
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(why);
});
