import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HeldAnswer } from '../../src/gateway/exchange/held-answer.js';
import { Pieces } from '../../src/gateway/http1/pieces.js';
import { RequestParser } from '../../src/gateway/http1/request-parser.js';
import { MemoryBudget } from '../../src/gateway/memory-budget.js';

const BYTES = 2 ** 20;

/** What it has taken of heap and buffers, while it still holds what it was given. */
function memoryOf<T>(hold: () => T): { bytes: number; held: T } {
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const held = hold();
  return { bytes: used() - before, held };
}

describe('memory', () => {
  test('a request in chunks of one byte costs about what its bytes do', () => {
    const bodies: (Buffer | null)[] = [];
    const parser = new RequestParser({
      onHead: () => BYTES,
      mayKeep: () => true,
      onRequest: (_, body) => bodies.push(body),
    });
    parser.feed(Buffer.from('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'));
    const chunks = Buffer.from('1\r\nx\r\n'.repeat(1024));
    const { bytes } = memoryOf(() => {
      for (let i = 0; i < BYTES / 1024; i += 1) parser.feed(chunks);
    });
    parser.feed(Buffer.from('0\r\n\r\n'));
    expect(bodies.map((body) => body?.toString())).toEqual(['x'.repeat(BYTES)]);
    // A buffer for each byte would be more than 100 MB; what the collector has not looked at yet counts as well.
    expect(bytes).toBeLessThan(50 * BYTES);
  });

  test('a held answer in parts of one byte costs about what its bytes do', () => {
    const byte = Buffer.from('x');
    const { bytes, held } = memoryOf(() => {
      const answer = new HeldAnswer(new MemoryBudget(BYTES), BYTES);
      for (let i = 0; i < BYTES; i += 1) answer.add(byte.subarray(0, 1));
      return answer;
    });
    expect(held.add(byte)).toBe(false);
    expect(held.take().equals(Buffer.alloc(BYTES, 'x'))).toBe(true);
    expect(bytes).toBeLessThan(50 * BYTES);
  });

  test('pieces of any size come out as they came in', () => {
    const size = fc.oneof(fc.nat(5), fc.nat(3000), fc.constantFrom(1023, 1024, 16_384, 20_000));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 40 }), (sizes) => {
        const parts = sizes.map((length, i) => Buffer.alloc(length, i + 1));
        const pieces = new Pieces();
        for (const part of parts) pieces.add(part);
        expect(pieces.whole().equals(Buffer.concat(parts))).toBe(true);
      }),
    );
  });
});
