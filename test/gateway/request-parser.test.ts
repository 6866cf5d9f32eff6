import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadMessage } from '../../src/gateway/http1/bad-message.js';
import { RequestParser, TooLarge } from '../../src/gateway/http1/request-parser.js';

const http = (...lines: string[]) => lines.join('\r\n');

/** Feeds the bytes in pieces, and answers every request at once. */
function read(text: string, cuts: readonly number[] = [], most = 1000): string[] {
  const seen: string[] = [];
  const parser = new RequestParser({
    onHead: () => most,
    mayKeep: () => true,
    onRequest: ({ method, url, keepAlive, headers }, body) =>
      seen.push(`${method} ${url} ${keepAlive} ${headers.length / 2} ${body?.toString('latin1') ?? ''}`.trim()),
  });
  const bytes = Buffer.from(text, 'latin1');
  let [from, answered] = [0, 0];
  for (const to of [...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]) {
    parser.feed(bytes.subarray(from, to));
    while (answered < seen.length) {
      answered += 1;
      parser.next();
    }
    from = to;
  }
  return seen;
}

const SOUND: [string, string, string[]][] = [
  ['no body', http('GET /a?b=1 HTTP/1.1', 'host: x', '', ''), ['GET /a?b=1 true 1']],
  ['a length', http('POST /a HTTP/1.1', 'host: x', 'content-length: 5', '', 'hello'), ['POST /a true 2 hello']],
  [
    'chunks',
    http('POST /a HTTP/1.1', 'host: x', 'transfer-encoding: chunked', '', '5', 'hello', '1;q', '!', '0', '', ''),
    ['POST /a true 2 hello!'],
  ],
  [
    'two in a row',
    http('POST /a HTTP/1.1', 'host: x', 'content-length: 1', '', '1GET /b HTTP/1.1', 'host: x', '', ''),
    ['POST /a true 2 1', 'GET /b true 1'],
  ],
  ['an empty line first', http('', 'GET / HTTP/1.1', 'host: x', '', ''), ['GET / true 1']],
  ['a whole URL', http('GET http://x:80/a?b HTTP/1.1', 'host: x', '', ''), ['GET /a?b true 1']],
  ['a whole URL without a path', http('GET http://x HTTP/1.1', 'host: x', '', ''), ['GET / true 1']],
  ['the end of the connection', http('GET / HTTP/1.1', 'host: x', 'connection: close', '', ''), ['GET / false 2']],
  ['HTTP/1.0', http('GET / HTTP/1.0', '', ''), ['GET / false 0']],
  ['HTTP/1.0 kept alive', http('GET / HTTP/1.0', 'connection: keep-alive', '', ''), ['GET / true 1']],
];

describe('a request is read', () => {
  test.each(SOUND)('with %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
  test.each(SOUND)('with %s, however its bytes arrive', (_, text, expected) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: text.length }), { maxLength: 12 }), (cuts) => {
        expect(read(text, cuts)).toEqual(expected);
      }),
    );
    expect(
      read(
        text,
        Array.from({ length: text.length }, (_unused, i) => i),
      ),
    ).toEqual(expected);
  });
});

describe('what could be read in two ways is refused', () => {
  const post = (...headers: string[]) =>
    http('POST / HTTP/1.1', 'host: x', ...headers, '', '0', '', 'GET /admin HTTP/1.1', '', '');
  test.each([
    ['a length and chunks', post('content-length: 4', 'transfer-encoding: chunked')],
    ['chunks and a length', post('transfer-encoding: chunked', 'content-length: 4')],
    ['two lengths', post('content-length: 4', 'content-length: 5')],
    ['a list of lengths', post('content-length: 4, 4')],
    ['a length with a sign', post('content-length: +4')],
    ['a length of letters', post('content-length: 0x4')],
    ['another coding', post('transfer-encoding: xchunked')],
    ['two codings', post('transfer-encoding: chunked', 'transfer-encoding: identity')],
    ['a coding in quotes', post('transfer-encoding: "chunked"')],
    ['a coding behind a tab', post('transfer-encoding:\x0bchunked')],
    ['a blank before the colon', post('transfer-encoding : chunked')],
    ['a folded line', post('x: 1', ' transfer-encoding: chunked')],
    ['a bare line feed', 'POST / HTTP/1.1\r\nhost: x\ncontent-length: 4\r\n\r\nabcd'],
    ['a bare carriage return', 'POST / HTTP/1.1\r\nhost: x\rcontent-length: 4\r\n\r\nabcd'],
    ['NUL in a header', 'GET / HTTP/1.1\r\nhost: x\0\r\n\r\n'],
    ['chunks in HTTP/1.0', http('POST / HTTP/1.0', 'transfer-encoding: chunked', '', '0', '', '')],
    ['no host', http('GET / HTTP/1.1', '', '')],
    ['two hosts', http('GET / HTTP/1.1', 'host: x', 'host: y', '', '')],
    ['two blanks in the request line', http('GET  / HTTP/1.1', 'host: x', '', '')],
    ['a line feed in the target', 'GET /\nx HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a target without a slash', http('GET admin HTTP/1.1', 'host: x', '', '')],
    ['CONNECT', http('CONNECT x:443 HTTP/1.1', 'host: x', '', '')],
    ['HTTP/2', http('PRI * HTTP/2.0', '', 'SM', '', '')],
    ['TLS on a plain port', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['a chunk that is too long', http('POST / HTTP/1.1', 'host: x', 'transfer-encoding: chunked', '', '1', 'ab', '')],
    ['a head without an end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}`],
    ['too many headers', `GET / HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(300)}\r\n`],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(BadMessage);
  });
  test('what is too large is refused before it is read', () => {
    expect(() => read(http('POST / HTTP/1.1', 'host: x', 'content-length: 1001', '', ''))).toThrow(TooLarge);
    const chunks = http('POST / HTTP/1.1', 'host: x', 'transfer-encoding: chunked', '', '3e9', 'x'.repeat(1001));
    expect(() => read(chunks)).toThrow(TooLarge);
  });
  test('any bytes are requests or a refusal, never a crash', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'GET / HTTP/1.1\r\n',
        'host: x\r\n',
        'content-length: 3\r\n',
        'transfer-encoding: chunked\r\n',
        '\r\n',
        'abc',
        '3\r\nabc\r\n',
        '0\r\n\r\n',
      ),
      fc.string({ maxLength: 10 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.array(fc.nat(200), { maxLength: 5 }), (pieces, cuts) => {
        try {
          read(pieces.join(''), cuts);
        } catch (error) {
          if (!(error instanceof TooLarge)) expect(error).toBeInstanceOf(BadMessage);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
