import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeType } from '../../scripts/spec-reference/describe-type.js';
import { renderReference } from '../../scripts/spec-reference/render-reference.js';
import { specReference } from '../../scripts/spec-reference/spec-reference.js';

test('docs/spec-reference.md is what the schemas say (`npm run spec-reference` writes it)', () => {
  expect(readFileSync('docs/spec-reference.md', 'utf8')).toBe(specReference());
});

test('it names every key of a rollout’s phases, and what a misspelt one would be', () => {
  const page = specReference();
  for (const key of [
    'setWeight',
    'minDetectableEffect',
    'keepBaselineWarm',
    'holdback',
    'percentPerReplica',
    'fourEyes',
  ])
    expect(page).toContain(`| \`${key}\` |`);
});

test.each([
  [{ type: 'integer', minimum: 20, maximum: Number.MAX_SAFE_INTEGER }, 'whole number from 20'],
  [{ type: 'number', exclusiveMinimum: 0, maximum: 0.2 }, 'number above 0 to 0.2'],
  [{ type: 'string', pattern: '^(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)$' }, 'duration'],
  [{ enum: ['a', 'b|c'] }, '`a`, `b\\|c`'],
  [
    { anyOf: [{ const: false }, { type: 'string', minLength: 1, maxLength: 9 }] },
    '`false`, or text, 1 to 9 characters',
  ],
  [{ anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'boolean' } }] }, 'boolean, or a list of such'],
  [{ type: 'array', maxItems: 3, items: { type: 'boolean' } }, 'list, 0 to 3 of: boolean'],
])('%j is said as %s', (node, words) => {
  expect(describeType(node)).toBe(words);
});

test('what two keys share is told once', () => {
  const arm = { properties: { url: { type: 'string', format: 'uri' } }, required: ['url'] };
  const text = renderReference('Doc', { properties: { one: { ...arm, description: 'First.' }, two: arm } });
  expect(text).toContain('### Doc: two\n\nAs [Doc: one](#doc-one).');
  expect(text).toContain('| `one` | [keys below](#doc-one) |  | First. |');
});
