import { z } from 'zod';
import type { Answer } from '../net/exchange.js';
import { mayPass } from '../net/may-pass.js';

/** What an answer says. `accepted` is a 202: heard, and nothing said yet. `trouble` is no answer to the question at all. */
export type Reading =
  | { readonly kind: 'yes' | 'no' | 'not-yet' | 'accepted'; readonly message: string }
  | { readonly kind: 'trouble'; readonly canPass: boolean; readonly message: string };

const decision = z.object({
  approved: z.boolean().optional(),
  rejected: z.boolean().optional(),
  message: z.string().optional(),
});
const LONGEST_MESSAGE = 500;

/** Reads the answer to a question. A page, half an answer or a word where true or false belongs is no yes. */
export function readDecision(answer: Answer): Reading {
  const { status } = answer;
  const said = readJson(answer, decision);
  if (status === 403)
    return { kind: 'no', message: said.ok ? boundedMessage(said.value.message, '403') : 'status 403' };
  if (status < 200 || status >= 300) return troubleOf(status);
  if (!said.ok) return { kind: 'trouble', canPass: true, message: said.why };
  const { approved, rejected, message } = said.value;
  const words = boundedMessage(message, '');
  if (rejected === true) return { kind: 'no', message: words };
  if (approved === false) return { kind: 'not-yet', message: words };
  return { kind: status === 202 && approved !== true ? 'accepted' : 'yes', message: words };
}

export function troubleOf(status: number): Reading & { kind: 'trouble' } {
  const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return { kind: 'trouble', canPass: mayPass(status), message: `status ${status}${redirect}` };
}

/** The JSON of an answer; an empty object where it is another text, or none. */
export function readJson<T>(
  { body, contentType }: Answer,
  schema: z.ZodType<T>,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string } {
  if (body === null) return { ok: false, why: 'the answer is longer than 64 kB or broke off' };
  if (/html/i.test(contentType)) return { ok: false, why: 'the answer is a web page' };
  const text = body.trim();
  const isJson = text.startsWith('{') || (/json/i.test(contentType) && text !== '');
  const parsed = schema.safeParse(isJson ? parse(text) : {});
  if (parsed.success) return { ok: true, value: parsed.data };
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).filter((field) => field !== '');
  return {
    ok: false,
    why: fields.length === 0 ? 'the answer is not a JSON object' : `wrong type: ${fields.join(', ')}`,
  };
}

export function boundedMessage(message: string | undefined, otherwise: string): string {
  // Control characters have no place in a ledger or a terminal.
  const text = message?.replace(/\p{Cc}+/gu, ' ').trim() ?? '';
  return text === '' ? otherwise : text.slice(0, LONGEST_MESSAGE);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
