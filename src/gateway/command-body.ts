import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { type ErrorCode, SluiceError } from '../domain/errors.js';
import { readBody } from './request-body.js';

export interface Expected<Schema> {
  readonly schema: Schema;
  /** For messages: `a route`. */
  readonly what: string;
  readonly mostBytes: number;
  /** Of the error where it is none. */
  readonly code: ErrorCode;
}

/** Reads what a command carries. @throws {SluiceError} with the code that is expected of it */
export async function readCommand<Schema extends z.ZodType>(
  request: IncomingMessage,
  { schema, what, mostBytes, code }: Expected<Schema>,
): Promise<z.output<Schema>> {
  const body = await readBody(request, mostBytes);
  if (body === null) throw new SluiceError(code, `${what} has at most ${mostBytes} bytes`);
  const parsed = parse(body);
  if (!parsed.success) throw new SluiceError(code, z.prettifyError(parsed.error));
  return parsed.data;

  /** Nested thousands deep, even checking fails. */
  function parse(text: string) {
    try {
      return schema.safeParse(JSON.parse(text));
    } catch (cause) {
      throw new SluiceError(code, `${what} is JSON`, { cause });
    }
  }
}
