import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { loadSpec, specDigest } from '../../src/client/load-spec.js';
import { parseDuration } from '../../src/domain/duration.js';
import { guardrailAlpha } from '../../src/domain/exposure.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { loadGatewayConfig } from '../../src/gateway/config.js';
import { rolloutJsonSchema } from '../../src/yaml/json-schema.js';
import { readDocument } from '../../src/yaml/read-document.js';

const EXAMPLES = [
  'examples/digits-v2.yaml',
  'examples/digits-v3.yaml',
  'examples/digits-kayenta.yaml',
  'examples/digits-regions.yaml',
  'examples/production.yaml',
];

describe('the examples', () => {
  test.each(EXAMPLES)('%s is a right spec, for us and for an editor', async (path) => {
    expect((await loadSpec(path)).service).toBe('digits');
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(rolloutJsonSchema());
    expect(validate(parse(readFileSync(path, 'utf8'))) ? [] : validate.errors).toEqual([]);
  });

  test('examples/gateway.yaml is a right configuration', async () => {
    expect((await loadGatewayConfig('examples/gateway.yaml')).services).toMatchObject([
      { service: 'digits', baseline: { version: 'v1' } },
    ]);
  });
});

test('schema/ holds what `npm run schema` writes', () => {
  expect(JSON.parse(readFileSync('schema/rollout-v1.schema.json', 'utf8'))).toEqual(rolloutJsonSchema());
});

test.each([
  ['20ms', 20],
  ['1.5h', 5_400_000],
  ['7d', 604_800_000],
  ['10', undefined],
  ['-1s', undefined],
  ['1w', undefined],
  ['', undefined],
])('duration %s is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

const issuesOf = (text: string) => {
  try {
    readDocument(text, rolloutSpec, 'x.yaml');
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
};
const good = readFileSync('examples/digits-v2.yaml', 'utf8');

describe('a wrong spec is refused, with line and column', () => {
  test.each([
    ['a duplicate key', 'a: 1\na: 2\n', 'x.yaml:2:1: Map keys must be unique'],
    ['an empty document', '', /x\.yaml:1:1: expected an object/],
    ['a list', '- 1\n', /x\.yaml:1:1: expected an object/],
    ['broken YAML', 'a: [1\n', /x\.yaml:\d+:\d+: /],
    [
      'an unknown key in a guardrail',
      good.replace('margin: 0.02 }', 'margn: 0.02 }'),
      /x\.yaml:10:27: guardrails\.0: unknown key margn/,
    ],
    [
      'a number where a duration belongs',
      good.replace('margin: 250ms', 'margin: 250'),
      /x\.yaml:11:36: guardrails\.1\.margin: .* \(got 250\)/,
    ],
    [
      'a metric that does not exist',
      good.replace('error_rate, margin', 'errors, margin'),
      /x\.yaml:10:15: guardrails\.0\.metric: .* \(got errors\)/,
    ],
    [
      'the same guardrail twice',
      good.replace('metric: latency_p99, margin: 250ms', 'metric: error_rate'),
      /guardrail error_rate is given twice/,
    ],
    [
      'a pause with a misspelt key',
      good.replace('pause: { approval', 'pause: { aproval'),
      /steps\.1\.pause: unknown key aproval/,
    ],
    [
      'a first step that pauses',
      good.replace('- { setWeight: 10, bake: 5s, minSamples: 50 }', ''),
      /steps\.0: the first step must set a weight/,
    ],
    [
      'an A/B split below the last weight',
      good.replace('split: 50', 'split: 20'),
      /split 20 is below the last canary weight 30/,
    ],
    [
      'a lease shorter than four ticks',
      good.replace('lease: 6000', 'lease: 2000').replace('tick: 500', 'tick: 600'),
      /lease 2000 ms is shorter than four ticks of 600 ms/,
    ],
    [
      'a service with slashes',
      good.replace('service: digits', 'service: ../x'),
      /service: expected 1 to 63 lower-case letters.* \(got \.\.\/x\)/,
    ],
    [
      'a segment by an attribute that nobody reads',
      good.replace('guardrails:', 'traffic: { segments: [{ name: eu, when: { region: eu } }] }\nguardrails:'),
      /traffic\.segments\.0\.when: attribute region is not in protocol\.attributes/,
    ],
    [
      'further versions that leave too little for the candidate',
      good.replace('guardrails:', 'traffic: { others: [{ version: v9, url: "http://a", weight: 60 }] }\nguardrails:'),
      /traffic\.others: others have 60 %, and the candidate up to 50 %: more than 100 % together/,
    ],
    [
      'a brake without a limit',
      good.replace('guardrails:', 'traffic: { brake: {} }\nguardrails:'),
      /traffic\.brake: a brake needs a limit/,
    ],
    [
      'a window in no zone',
      good.replace(
        'guardrails:',
        'traffic: { segments: [{ name: x, during: { from: "08:00", zone: Mars/Olympus } }] }\nguardrails:',
      ),
      /zone/,
    ],
    ['a year of a bake', good.replace('bake: 5s', 'bake: 400d'), /duration 400d is outside 1ms\.\.366d/],
    [
      'an alias bomb',
      `a: &a [${'x,'.repeat(99)}x]\n${Array.from({ length: 9 }, (_, i) => `k${i}: &k${i} [${`*${i === 0 ? 'a' : `k${i - 1}`},`.repeat(20)}1]`).join('\n')}\n`,
      /./,
    ],
  ])('%s', (_, text, message) => {
    expect(issuesOf(text).join('\n')).toMatch(message);
  });

  test('all of its faults are named at once', () => {
    expect(
      issuesOf(good.replace('owner: ml-platform', 'ownr: x').replace('setWeight: 30', 'setWeight: 300')).length,
    ).toBeGreaterThanOrEqual(3);
  });
});

test('the error budget is spread over guardrails and stretches of constant weight', async () => {
  // Three guardrails; shadow, two weights and the A/B evaluation.
  expect(guardrailAlpha(await loadSpec('examples/digits-v2.yaml'))).toBeCloseTo(0.05 / 12, 12);
});

test('the digest is of what the spec means, not of how it is written', async () => {
  const a = readDocument(good, rolloutSpec, 'a');
  const b = readDocument(`# a comment\n${good}`, rolloutSpec, 'b');
  expect(specDigest(a)).toBe(specDigest(b));
  expect(specDigest(a)).not.toBe(specDigest({ ...a, owner: 'somebody else' }));
});
