import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseReference, parseSelector } from '../../src/domain/model-version.js';
import {
  aliasName,
  artifactUri,
  modelName,
  newVersion,
  versionLabel,
  versionSelector,
} from '../../src/domain/spec/model-version.js';
import { assertLabelOrId, assertName } from '../../src/registry/names.js';
import { versionId } from '../../src/registry/version-id.js';
import { digestOf, versionOf } from './model-fixtures.js';

const ODD = [
  '',
  '..',
  '../x',
  'a/b',
  'a\\b',
  '%2e%2e',
  'a b',
  'a\0',
  'a\n',
  '-x',
  '--help',
  "a'",
  'a`b',
  'é',
  'x'.repeat(64),
  '__proto__',
];

describe('one grammar', () => {
  test.each(ODD)('%j names nothing', (text) => {
    for (const schema of [modelName, versionLabel, aliasName, versionSelector])
      expect(schema.safeParse(text).success).toBe(false);
    expect(parseReference(`digits:${text}`)).toBeNull();
    expect(parseReference(`${text}:v1`)).toBeNull();
    for (const kind of ['model', 'alias', 'version label', 'version id'] as const)
      expect(() => assertName(kind, text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => assertLabelOrId(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test.each([
    ['alias', 'latest'],
    ['alias', 'v2'],
    ['alias', 'Champion'],
    ['version label', 'mv-0123456789abcdef'],
    ['version id', 'mv-0123456789ABCDEF'],
    ['model', 'Digits'],
  ] as const)('%s: not %s', (kind, text) => {
    expect(() => assertName(kind, text)).toThrow(text);
  });

  test('what a text names', () => {
    const id = 'mv-0123456789abcdef';
    expect(parseSelector('v2')).toEqual({ kind: 'label', label: 'v2' });
    expect(parseSelector(id)).toEqual({ kind: 'id', id });
    expect(parseSelector('@champion')).toEqual({ kind: 'alias', alias: 'champion' });
    expect(parseReference('digits:2026.11_b-1')).toEqual({ model: 'digits', selector: '2026.11_b-1' });
    expect(parseReference('digits@champion')).toEqual({ model: 'digits', selector: '@champion' });
    expect(parseReference(`digits:${id}`)).toEqual({ model: 'digits', selector: id });
    for (const none of ['digits', 'digits:@x', 'digits@x@y', 'digits:v1:v2', '@x', ':v1'])
      expect(parseReference(none)).toBeNull();
  });

  test('whatever passes is one part of a path, and no option', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab19.-_/\\%@:\'`"* \n'.split('')) }), (text) => {
        if (parseSelector(text) === null) return;
        expect(encodeURIComponent(text).replace(/^%40/, '@')).toBe(text);
        expect(new URL(`http://h/v1/${text}/end`).pathname).toBe(`/v1/${text}/end`);
      }),
    );
  });
});

describe('artifacts', () => {
  test.each([
    'models/a.bin',
    '/models/a.bin',
    'file:///models/a.bin',
    's3://bucket/a..b/model.bin',
    'https://h:8443/a%20b.bin',
    'models:/digits/3',
  ])('%s', (uri) => {
    expect(artifactUri.safeParse(uri)).toMatchObject({ success: true, data: uri });
  });

  test.each([
    '',
    '../a.bin',
    'a/../b',
    'file:///a/..',
    'https://h/a/%2e%2E/b',
    'https://h/%252e%252e/b',
    'a\\..\\b',
    'https://user:secret@h/a',
    'https://h/a?X-Amz-Signature=secret',
    's3://b/a#x',
    'a\0',
    'a\nb',
  ])('not %j', (uri) => {
    expect(artifactUri.safeParse(uri).success).toBe(false);
  });
});

describe('a version', () => {
  const { model: _, ...body } = versionOf('digits', 'v1');

  test.each<[string, object]>([
    ['an unknown field', { extra: 1 }],
    ['half a commit', { code: 'abc1234' }],
    ['another digest', { artifact: { ...body.artifact, digest: 'md5:0' } }],
    ['a size below 0', { artifact: { ...body.artifact, bytes: -1 } }],
    ['a metric that is no number', { metrics: { accuracy: Number.NaN } }],
    ['a nested parameter', { parameters: { a: { b: 1 } } }],
    ['a name that is none', { parameters: { 'a b': 1 } }],
    ['half a character', { description: '\ud800' }],
    ['a NUL', { description: 'a\0' }],
    ['a parent twice', { parents: ['mv-0123456789abcdef', 'mv-0123456789abcdef'] }],
    ['a role that is none', { datasets: [{ name: 'x', digest: digestOf('x'), role: 'holdout' }] }],
    ['one data set twice', { datasets: [body.datasets[0], body.datasets[0]] }],
  ])('refuses %s', (_name, parts) => {
    expect(newVersion.safeParse(body).success).toBe(true);
    expect(newVersion.safeParse({ ...body, ...parts }).success).toBe(false);
  });

  test('a poisoned name does not get in', () => {
    const read = newVersion.parse({ ...body, environment: JSON.parse('{"__proto__": "1", "a": "1"}') });
    expect(Object.keys(read.environment)).toEqual(['a']);
  });

  test('its id follows from its content alone, in whatever order it is written', () => {
    const asked = versionOf('digits', 'v1');
    expect(versionId(asked)).toMatch(/^mv-[0-9a-f]{16}$/);
    const reversed = Object.fromEntries(Object.entries(asked.parameters).toReversed());
    const told = { model: 'other', version: 'v9', metrics: {}, datasets: [], author: 'x', parents: [], tags: {} };
    const artifact = { ...asked.artifact, uri: 'elsewhere', bytes: 1 };
    expect(versionId({ ...asked, ...told, parameters: reversed, artifact })).toBe(versionId(asked));
    for (const other of [
      { parameters: { ...asked.parameters, depth: 7 } },
      { parameters: { ...asked.parameters, depth: '6' } },
      { environment: { python: '3.12' } },
      { code: 'b'.repeat(40) },
      { artifact: { ...asked.artifact, digest: digestOf('other') } },
    ])
      expect(versionId({ ...asked, ...other })).not.toBe(versionId(asked));
  });

  /** Made by hand: printf of the JSON below, through sha256sum. */
  test('a known id', () => {
    const content = {
      artifact: { digest: digestOf('') },
      parameters: { b: 1, a: true },
      code: 'c'.repeat(40),
      environment: {},
    };
    const text = `{"artifact":{"digest":"${digestOf('')}"},"code":"${'c'.repeat(40)}","environment":{},"parameters":{"a":true,"b":1}}`;
    expect(versionId(content)).toBe(`mv-${digestOf(text).slice(7, 23)}`);
  });
});
