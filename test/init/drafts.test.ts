import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { MONITOR_KINDS } from '../../src/domain/monitor.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PROTOCOLS } from '../../src/init/common-questions.js';
import { gatewayDraft } from '../../src/init/gateway.js';
import { groupDraft } from '../../src/init/group.js';
import { modelAddress } from '../../src/init/model-address.js';
import { monitorDraft } from '../../src/init/monitor.js';
import { type Answers, answersFrom, type Draft } from '../../src/init/question.js';
import { rolloutDraft, STRATEGIES } from '../../src/init/rollout.js';
import { scalar } from '../../src/init/scalar.js';
import { planRollout } from '../../src/plan/plan-rollout.js';
import { readDocument } from '../../src/yaml/read-document.js';
import { steady } from '../plan/specs.js';

const rollout = rolloutDraft('ml-platform');
const NEEDED = { service: 'digits', baseline: 'v1@http://127.0.0.1:8110', candidate: 'v2@http://127.0.0.1:8120' };

function written(draft: Draft, given: Answers): unknown {
  const text = draft.text(answersFrom(draft.questions, given));
  return readDocument(text, draft.schema, 'x.yaml');
}

describe('a rollout', () => {
  test.each(STRATEGIES.flatMap((strategy) => PROTOCOLS.map((protocol) => [strategy, protocol] as const)))(
    '%s over %s is valid, with and without all that may be left out',
    (strategy, protocol) => {
      written(rollout, { ...NEEDED, strategy, protocol });
      written(rollout, { ...NEEDED, strategy, protocol, approver: 'ann, role:release', dataset: 'data/holdout.csv' });
    },
  );

  test.each(STRATEGIES)('%s sees enough at an ordinary traffic', (strategy) => {
    const spec = rolloutSpec.parse(parse(rollout.text(answersFrom(rollout.questions, { ...NEEDED, strategy }))));
    const { warnings } = planRollout(spec, steady(50), Date.parse('2026-11-21T12:00:00Z'));
    expect(warnings).toEqual([]);
  });

  test('an A/B evaluation of a latency is in milliseconds', () => {
    const spec = rolloutSpec.parse(
      parse(rollout.text(answersFrom(rollout.questions, { ...NEEDED, strategy: 'ab', primary: 'latency_p50' }))),
    );
    expect(spec.phases.abTest).toMatchObject({ primary: 'latency_p50', minDetectableEffect: 20 });
  });

  test('any owner and approver reads as it was written', () => {
    const text = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((one) => one.trim() !== '');
    fc.assert(
      fc.property(text, text, (owner, approver) => {
        const name = approver.replaceAll(',', '').trim();
        fc.pre(name !== '' && name !== '-');
        const spec = written(rollout, { ...NEEDED, owner, approver: name }) as ReturnType<typeof rolloutSpec.parse>;
        expect(spec.owner).toBe(owner);
        expect(JSON.stringify(spec.phases.canary)).toContain(JSON.stringify(name));
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    [{}, /missing: --service \(.*\), --baseline .*--candidate/],
    [{ ...NEEDED, service: 'Digits!' }, /service: "Digits!": expected 1 to 63 lower-case letters/],
    [{ ...NEEDED, candidate: 'v2' }, /candidate: "v2": expected <version>@<url>/],
    [{ ...NEEDED, strategy: 'blue' }, /strategy: "blue" is none of canary, ab, shadow/],
    [{ ...NEEDED, primary: 'accuracy' }, /^--primary goes with --strategy ab, not with canary$/],
  ])('%j is refused', (given, expected) => {
    expect(() => answersFrom(rollout.questions, given as Answers)).toThrow(expected);
  });
});

test.each(MONITOR_KINDS)('a monitor of the kind %s is valid', (kind) => {
  const given = { service: 'digits', kind, ...(kind === 'dependencies' ? { url: 'http://127.0.0.1:8120/ready' } : {}) };
  expect(written(monitorDraft, given)).toMatchObject({ kind, name: kind });
});

test('a flag whose question is not asked is refused, not forgotten', () => {
  const given = { service: 'digits', kind: 'performance', url: 'http://127.0.0.1:8120/ready' };
  expect(() => written(monitorDraft, given)).toThrow('--url goes with --kind dependencies, not with performance');
});

test.each(PROTOCOLS)('a gateway over %s is valid', (protocol) => {
  const given = { service: 'digits', baseline: NEEDED.baseline, protocol };
  expect(written(gatewayDraft, given)).toMatchObject({
    services: [{ service: 'digits', baseline: { version: 'v1' } }],
  });
});

test.each([
  ['a.yaml', 1],
  ['a.yaml, b.yaml,c d.yaml', 2],
])('a group of %s is valid', (rollouts, waves) => {
  const group = written(groupDraft('ml'), { name: 'spring', rollouts }) as { waves: unknown[] };
  expect(group.waves).toHaveLength(waves);
});

test('a scalar reads as the text it was made of, in a flow and before a comment', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('1.0', '2024-01-01', 'true', 'null', '~', 'a: b', 'x, y', '}', '#', '0x1f', '1e3', '.5', '=', ''),
  );
  fc.assert(
    fc.property(text, (one) => {
      expect(parse(`{ a: ${scalar(one)}, b: 1 } # c`)).toEqual({ a: one, b: 1 });
      expect(parse(`a: ${scalar(one)} # c`)).toEqual({ a: one });
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['v1@http://127.0.0.1:8110', { version: 'v1', url: 'http://127.0.0.1:8110' }],
  ['1.0@https://models.test/a', { version: '1.0', url: 'https://models.test/a' }],
  ['v1@ftp://a', null],
  ['http://a', null],
  ['v1@', null],
  ['', null],
])('%j is the address %j', (text, address) => expect(modelAddress(text)).toEqual(address));
