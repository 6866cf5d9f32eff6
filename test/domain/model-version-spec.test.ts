import { describe, expect, test } from '@jest/globals';
import { parseReference, parseSelector } from '../../src/domain/model-version.js';
import {
  artifactUri,
  newVersion,
  personName,
  reasonText,
  storedVersion,
  versionFile,
  versionSelector,
} from '../../src/domain/spec/model-version.js';
import { placesOf } from './spec-places.js';

const [digest, id] = [`sha256:${'a'.repeat(64)}`, 'mv-0123456789abcdef'];
const BODY = {
  version: 'v1',
  code: 'c'.repeat(40),
  author: 'ann',
  artifact: { uri: 's3://models/digits/v1', digest, bytes: 1 },
};
const places = (given: object) => placesOf(newVersion, { ...BODY, ...given });

describe('a text names a version', () => {
  test.each([
    ['v2', { kind: 'label', label: 'v2' }],
    ['2026.11_b-1', { kind: 'label', label: '2026.11_b-1' }],
    [id, { kind: 'id', id }],
    ['@champion', { kind: 'alias', alias: 'champion' }],
  ])('%s', (text, selector) => {
    expect(parseSelector(text)).toEqual(selector);
    expect(placesOf(versionSelector, text)).toEqual([]);
  });

  test.each(['@latest', '@v2', '@Champion', '@', '@@x', 'mv-0123', 'mv-0123456789abcdeg', '', '-x', 'a b'])(
    'not %j',
    (text) => {
      expect(parseSelector(text)).toBeNull();
      expect(placesOf(versionSelector, text)).toEqual(['']);
    },
  );

  test('of a model', () => {
    expect(parseReference('digits:v2')).toEqual({ model: 'digits', selector: 'v2' });
    expect(parseReference(`digits:${id}`)).toEqual({ model: 'digits', selector: id });
    expect(parseReference('digits@next')).toEqual({ model: 'digits', selector: '@next' });
    for (const none of ['digits', 'digits:', 'digits@', 'digits@latest', 'digits:mv-1', 'Digits:v2', 'a/b:v2', 'a:b:c'])
      expect(parseReference(none)).toBeNull();
  });
});

describe('texts', () => {
  test('of a line are trimmed, and are one', () => {
    expect(personName.parse('  Zoë ☃ ')).toBe('Zoë ☃');
    expect(reasonText.parse('x'.repeat(500))).toHaveLength(500);
    for (const text of ['', '  ', 'a\nb', 'a\tb', 'a\rb', 'a\0b', 'a\u{1f}b', '\u{d800}', 'x'.repeat(201)])
      expect(placesOf(personName, text)).not.toEqual([]);
  });

  test('of several lines have breaks and tabs, whole characters, and no others that control', () => {
    expect(places({ description: 'one\n\ttwo 𝛂', tags: { a: '' } })).toEqual([]);
    for (const text of ['a\r\nb', 'a\0', '\u{1b}[31m', '\u{d835}', 'x\u{dec2}'])
      expect(places({ description: text })).toContain('description');
  });
});

describe('where an artifact is kept', () => {
  test.each([
    'a/b.bin',
    '/a/b.bin',
    'file:///a',
    's3://b/a..b/c',
    'https://h:8443/a%20b',
    'a@b/c',
    'models:/digits/3',
    '...',
  ])('%s', (uri) => {
    expect(placesOf(artifactUri, uri)).toEqual([]);
  });

  test.each([
    '..',
    'a/..',
    '../a',
    'a/../b',
    'a\\..\\b',
    'https://h/%2e%2E/b',
    'https://h/.%2e/b',
    'https://h/%25252e%2e',
    'https://h/..?x',
    'https://ann@h/a',
    'https://ann:x@h/a',
    'S3://key:secret@b/a',
    'https://h/a?x',
    'https://h/a#x',
    's3:b?x',
    'a\nb',
  ])('not %j', (uri) => {
    expect(placesOf(artifactUri, uri)).not.toEqual([]);
  });
});

describe('a version', () => {
  const dataset = (name: string, role = 'train') => ({ name, role, digest });
  const counted = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

  test('has what it was made from, each once', () => {
    expect(newVersion.parse(BODY)).toEqual({
      ...BODY,
      parameters: {},
      metrics: {},
      datasets: [],
      environment: {},
      parents: [],
      tags: {},
      description: '',
    });
    const other = 'mv-fedcba9876543210';
    expect([places({ parents: [id, other] }), places({ parents: [id, other, id] })]).toEqual([[], ['parents']]);
    expect(places({ datasets: [dataset('a'), dataset('b'), dataset('a', 'test')] })).toEqual([]);
    expect(places({ datasets: [dataset('a'), dataset('b'), dataset('a')] })).toEqual(['datasets']);
  });

  test('has 500 entries at most, of plain values', () => {
    expect([places({ metrics: counted(500) }), places({ metrics: counted(501) })]).toEqual([[], ['metrics']]);
    expect(places({ parameters: { 'optimizer.lr': 0.1, deep: true, by: 'gini' } })).toEqual([]);
    expect(places({ parameters: { a: [] } })).not.toEqual([]);
  });

  test('of another registry has its id, its model and its time besides', () => {
    const stored = { ...BODY, id, model: 'digits', createdAt: '2026-11-21T00:00:00.000Z' };
    expect(placesOf(storedVersion, stored)).toEqual([]);
    expect(placesOf(storedVersion, BODY)).toEqual(['id', 'model', 'createdAt']);
  });
});

describe('what a person writes of a version', () => {
  const FILE = { sluice: 'model-version/v1', model: 'digits', version: 'v1', code: 'c'.repeat(40) };
  const file = (artifact: object, more: object = {}) => placesOf(versionFile, { ...FILE, artifact, ...more });

  test('says where the artifact is, here or where it is kept', () => {
    expect([file({ path: 'a.bin' }), file({ uri: 's3://b/a' }), file({ path: 'a.bin', uri: 's3://b/a' })]).toEqual([
      [],
      [],
      [],
    ]);
    expect(file({ bytes: 1 })).toEqual(['artifact']);
  });

  test('says the digest of a data set, or where it is, and not both', () => {
    const data = (one: object) => file({ path: 'a' }, { datasets: [{ name: 'x', role: 'train', ...one }] });
    expect([data({ digest }), data({ path: 'x.csv' }), data({}), data({ digest, path: 'x.csv' })]).toEqual([
      [],
      [],
      ['datasets.0'],
      ['datasets.0'],
    ]);
  });
});
