import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { protocol } from '../../src/domain/spec/target.js';
import { RequestReader } from '../../src/gateway/request-reader.js';
import { parseField, unitOf, valueOf } from '../../src/routing/request-field.js';

const source = (header: string, body: string | null) =>
  new RequestReader(['Cookie', header, 'X-User', header, 'x', header], body === null ? null : Buffer.from(body));
const read = (key: string, header = '', body: string | null = null) => unitOf(parseField(key), source(header, body));

describe('a unit', () => {
  test.each([
    ['header:x-user', 'alice', null, 'alice'],
    ['header:x-user', Buffer.from('Zoë').toString('latin1'), null, 'Zoë'],
    ['cookie:sid', 'a=1; sid=abc; sid=later', null, 'abc'],
    ['cookie:sid', 'sid="quoted"', null, 'quoted'],
    ['cookie:sid', 'xsid=1; sid', null, ''],
    ['cookie:sid', '', null, ''],
    ['body:/user/id', '', '{"user":{"id":42}}', '42'],
    ['body:/inputs/0/name', '', '{"inputs":[{"name":"é"}]}', 'é'],
    ['body:/a~1b/~0c', '', '{"a/b":{"~c":true}}', 'true'],
    ['body:/', '', '{"":"empty"}', 'empty'],
    ['body:/user', '', '{"user":{}}', ''],
    ['body:/user', '', '{"user":null}', ''],
    ['body:/__proto__/x', '', '{}', ''],
    ['body:/constructor/name', '', '{}', ''],
    ['body:/length', '', '[1]', ''],
    ['body:/1', '', '[1,2]', '2'],
    ['body:/user', '', 'not JSON', ''],
    ['body:/user', '', null, ''],
    ['request', 'ignored', '{}', ''],
  ])('%s of %j and %j is %j', (key, header, body, unit) => {
    expect(read(key, header, body)).toBe(unit);
  });
  test('is a text, whatever is sent', () => {
    const key = fc.constantFrom('header:x', 'cookie:x', 'body:/x/0', 'request');
    fc.assert(
      fc.property(key, fc.string(), fc.oneof(fc.string(), fc.json(), fc.constant(null)), (which, header, body) => {
        expect(typeof read(which, header, body)).toBe('string');
      }),
    );
  });
});

test.each(['', 'header:', 'header:X-User', 'cookie:', 'cookie:a b', 'body:', 'body:x', 'body:/~2', 'query:x'])(
  'the key "%s" is refused, by the spec as well',
  (key) => {
    expect(() => parseField(key)).toThrow(RangeError);
    expect(protocol.safeParse({ model: 'digits', unitKey: key }).success).toBe(false);
  },
);

test.each([
  ['body:/age', '{"age":42}', 42],
  ['body:/beta', '{"beta":false}', false],
  ['body:/tags', '{"tags":["a","b"]}', ['a', 'b']],
  ['body:/tags', '{"tags":[1]}', undefined],
  ['body:/none', '{}', undefined],
  ['header:x-user', null, undefined],
])('the attribute at %s of %s is %j', (field, body, value) => {
  expect(valueOf(parseField(field), source('', body))).toEqual(value);
});
