import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { didYouMean } from '../../src/yaml/did-you-mean.js';
import { knownKeys } from '../../src/yaml/known-keys.js';
import { readDocument } from '../../src/yaml/read-document.js';

const good = readFileSync('examples/digits-v2.yaml', 'utf8');

function faultOf(from: string, to: string): string {
  const text = good.replace(from, to);
  if (text === good) throw new Error(`${from} is not in the example`);
  try {
    readDocument(text, rolloutSpec, 'x.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`${to} is taken`);
}

test.each([
  ['guardrails:', 'gaurdrails:', /x\.yaml:\d+:1: unknown key gaurdrails; did you mean guardrails\?/],
  ['margin: 0.02 }', 'margn: 0.02 }', /guardrails\.0: unknown key margn; did you mean margin\?/],
  ['setWeight: 10', 'setweight: 10', /steps\.0: unknown key setweight; did you mean setWeight\?/],
  ['pause: { approval', 'pause: { aproval', /steps\.1\.pause: unknown key aproval; did you mean approval\?/],
  [
    'error_rate, margin',
    'error-rate, margin',
    /guardrails\.0\.metric: expected error_rate, .* \(got error-rate\); did you mean error_rate\?/,
  ],
  ['owner:', 'colour: red\nowner:', /unknown key colour$/m],
  ['sluice: v1', 'sluice: v2', /sluice: expected v1 \(got v2\)$/m],
  ['setWeight: 10', 'setWeight: 110', /steps\.0\.setWeight: expected at most 100 \(got 110\)/],
  ['service: digits\n', '', /^x\.yaml:2:1: service: is missing: expected a text$/m],
])('%s -> %s', (from, to, expected) => {
  expect(faultOf(from, to)).toMatch(expected);
});

test('keys of all alternatives are known', () => {
  expect(knownKeys(rolloutSpec, ['phases', 'canary', 'steps', 0])).toEqual(
    expect.arrayContaining(['setWeight', 'bake', 'pause']),
  );
  expect(knownKeys(rolloutSpec, ['guardrails', 3])).toEqual(expect.arrayContaining(['margin', 'provider', 'monitor']));
  expect(knownKeys(rolloutSpec, ['nowhere', 3])).toEqual([]);
});

test('one letter swapped, doubled or left out is still understood', () => {
  const words = knownKeys(rolloutSpec, []);
  fc.assert(
    fc.property(fc.constantFrom(...words), fc.nat(), fc.constantFrom('drop', 'double', 'swap'), (word, place, slip) => {
      const at = place % word.length;
      const [before, letter, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)];
      const written =
        slip === 'drop'
          ? before + after
          : slip === 'double'
            ? before + letter + letter + after
            : before + after.charAt(0) + letter + after.slice(1);
      expect(didYouMean(written, words)).toBe(`; did you mean ${word}?`);
    }),
  );
});
