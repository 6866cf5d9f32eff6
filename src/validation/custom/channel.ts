import type { Socket } from 'node:net';
import { z } from 'zod';
import type { Prediction } from '../../ports/model-server.js';
import type { ValidatorSummary } from './contract.js';

/** The file descriptor, in a validator's process, over which it speaks with the worker: one JSON object a line. */
export const CHANNEL_FD = 3;

export type ToValidator =
  | { readonly kind: 'start'; readonly module: string; readonly summary: ValidatorSummary }
  | {
      readonly kind: 'predictions';
      readonly id: number;
      readonly predictions: readonly Prediction[];
      readonly latencyMs: number;
    }
  | { readonly kind: 'refused'; readonly id: number; readonly code: string; readonly message: string };

const cell = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export const fromValidator = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('infer'),
    id: z.int(),
    arm: z.enum(['candidate', 'baseline']),
    rows: z.array(z.array(cell)),
  }),
  z.object({ kind: z.literal('done'), outcome: z.unknown().optional() }),
  z.object({ kind: z.literal('thrown'), message: z.string() }),
]);
export type FromValidator = z.output<typeof fromValidator>;

/** NaN and infinite numbers, which JSON does not have, are sent as texts, so that whoever expects a number sees what was there. */
export function say(channel: Socket, message: ToValidator | FromValidator): void {
  const text = JSON.stringify(message, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  if (channel.writable) channel.write(`${text}\n`);
}

/** One line after the other; the other side waits while one is dealt with. @throws {RangeError} for a line over `longest` bytes */
export async function* readLines(channel: Socket, longest = Number.POSITIVE_INFINITY): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of channel as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, end));
      from = end + 1;
      if (length + chunk.length > longest) throw new RangeError(`it said more than ${longest} bytes at once`);
      yield Buffer.concat(parts).toString('utf8');
      [parts, length] = [[], 0];
    }
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > longest) throw new RangeError(`it said more than ${longest} bytes at once`);
  }
}
