import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadMessage } from '../../src/gateway/http1/bad-message.js';
import { ResponseParser } from '../../src/gateway/http1/response-parser.js';

interface Seen {
  heads: [number, readonly string[]][];
  body: string;
  /** Whether the connection may be used again, for each answer that ended. */
  ended: boolean[];
}

/** Feeds the bytes in pieces that end at `cuts`. */
function read(text: string, { method = 'POST', cuts = [] as readonly number[], close = false } = {}): Seen {
  const seen: Seen = { heads: [], body: '', ended: [] };
  const parser = new ResponseParser({
    onHead: (status, headers) => seen.heads.push([status, headers]),
    onBody: (chunk) => {
      seen.body += chunk.toString('latin1');
    },
    onComplete: (reusable) => seen.ended.push(reusable),
  });
  parser.expect(method);
  const bytes = Buffer.from(text, 'latin1');
  let from = 0;
  for (const to of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
    parser.feed(bytes.subarray(from, to));
    from = to;
  }
  if (close) parser.end();
  return seen;
}
const http = (...lines: string[]) => lines.join('\r\n');

const SOUND: [string, string, Partial<Seen>][] = [
  ['a length', http('HTTP/1.1 200 OK', 'Content-Length: 5', '', 'hello'), { body: 'hello', ended: [true] }],
  ['no body', http('HTTP/1.1 204 No Content', '', ''), { body: '', ended: [true] }],
  ['a length of 0', http('HTTP/1.1 200 OK', 'content-length: 0', '', ''), { body: '', ended: [true] }],
  ['no reason', http('HTTP/1.1 200', 'content-length: 1', '', 'x'), { body: 'x', ended: [true] }],
  ['the same length twice', http('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 1', '', 'x'), { body: 'x' }],
  [
    'chunks',
    http('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '5', 'hello', '6;x=1', ' world', '0', '', ''),
    { body: 'hello world', ended: [true] },
  ],
  [
    'chunks with trailers',
    http('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'A', '0123456789', '0', 'x-sum: 1', '', ''),
    { body: '0123456789', ended: [true] },
  ],
  [
    'an interim answer first',
    http('HTTP/1.1 103 Early Hints', 'link: </a>', '', 'HTTP/1.1 200 OK', 'content-length: 1', '', 'x'),
    { body: 'x', ended: [true] },
  ],
  [
    'a connection that ends',
    http('HTTP/1.1 200 OK', 'connection: close', 'content-length: 1', '', 'x'),
    { ended: [false] },
  ],
  ['HTTP/1.0', http('HTTP/1.0 200 OK', 'content-length: 1', '', 'x'), { ended: [false] }],
  [
    'HTTP/1.0 kept alive',
    http('HTTP/1.0 200 OK', 'connection: keep-alive', 'content-length: 1', '', 'x'),
    { ended: [true] },
  ],
];

describe('an answer is read', () => {
  test.each(SOUND)('with %s', (_, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });
  test.each(SOUND)('with %s, however its bytes arrive', (_, text) => {
    const whole = read(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: text.length }), { maxLength: 12 }), (cuts) => {
        expect(read(text, { cuts })).toEqual(whole);
      }),
    );
    expect(read(text, { cuts: Array.from({ length: text.length }, (_unused, i) => i) })).toEqual(whole);
  });
  test('up to the close, where it says no length', () => {
    const text = http('HTTP/1.1 200 OK', 'content-type: text/plain', '', 'all of it');
    expect(read(text, { close: true })).toMatchObject({ body: 'all of it', ended: [false] });
  });
  test('without a body for HEAD, whatever length it names', () => {
    expect(read(http('HTTP/1.1 200 OK', 'content-length: 500', '', ''), { method: 'HEAD' })).toMatchObject({
      body: '',
      ended: [true],
    });
  });
});

describe('what is not an answer is refused', () => {
  test.each([
    ['garbage', 'hello\r\n\r\n'],
    ['another protocol', 'ICY 200 OK\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
    ['a status of 99', 'HTTP/1.1 099 No\r\n\r\n'],
    ['a switch of protocols', http('HTTP/1.1 101 Switching Protocols', 'upgrade: x', '', '')],
    ['a length and a coding', http('HTTP/1.1 200 OK', 'content-length: 3', 'transfer-encoding: chunked', '', '')],
    ['two lengths', http('HTTP/1.1 200 OK', 'content-length: 3', 'content-length: 4', '', '')],
    ['a length of -1', http('HTTP/1.1 200 OK', 'content-length: -1', '', '')],
    ['a length of 0x10', http('HTTP/1.1 200 OK', 'content-length: 0x10', '', '')],
    ['a length of 1, 1', http('HTTP/1.1 200 OK', 'content-length: 1, 1', '', '')],
    ['an unknown coding', http('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '')],
    ['a folded header', http('HTTP/1.1 200 OK', 'x: 1', ' folded', '', '')],
    ['a blank before the colon', http('HTTP/1.1 200 OK', 'x : 1', '', '')],
    ['a header without a name', http('HTTP/1.1 200 OK', ': 1', '', '')],
    ['a bare carriage return', 'HTTP/1.1 200 OK\r\nx: 1\rset-cookie: y\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\nx: 1\nset-cookie: y\r\n\r\n'],
    ['NUL in a header', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
    ['a chunk size that is none', http('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'x', '')],
    ['a chunk longer than it says', http('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'xy', '0', '', '')],
    ['a chunk size without an end', http('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1'.repeat(300))],
    [
      'a second answer that nobody asked for',
      http('HTTP/1.1 200 OK', 'content-length: 1', '', 'xHTTP/1.1 200 OK', '', ''),
    ],
    ['a head without an end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`],
    ['too many headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(500)}\r\n`],
    ['endless trailers', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(5000)}`],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(BadMessage);
  });
  test.each([
    ['its head', 'HTTP/1.1 200 OK\r\nconte'],
    ['its body', http('HTTP/1.1 200 OK', 'content-length: 5', '', 'he')],
    ['its chunks', http('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '5', 'he')],
  ])('one that is cut off in %s', (_, text) => {
    expect(() => read(text, { close: true })).toThrow(/in the middle/);
  });
  test('any bytes are an answer or a refusal, never a crash', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'HTTP/1.1 200 OK\r\n',
        'content-length: 3\r\n',
        'transfer-encoding: chunked\r\n',
        '\r\n',
        '3\r\nabc\r\n',
        '0\r\n\r\n',
      ),
      fc.string({ maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 5 }), (pieces, cuts) => {
        try {
          read(pieces.join(''), { cuts, close: true });
        } catch (error) {
          expect(error).toBeInstanceOf(BadMessage);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
