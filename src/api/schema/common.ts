import { z } from 'zod';
import { ROLES, type Role } from '../../domain/api-role.js';
import type { Problem } from '../problem.js';

export { ROLES, type Role };

/** The shape of a type that has its home in the domain: precise where readers need it, and typed as its owner has it. */
export const shapeOf = <T>(schema: z.ZodType): z.ZodType<T> => schema as unknown as z.ZodType<T>;

/** A document whose inside another page describes. */
export const documentOf = <T>(description: string): z.ZodType<T> =>
  shapeOf<T>(z.record(z.string(), z.unknown()).describe(description));

export const rolloutId = z.string().regex(/^[a-z0-9-]{1,255}$/, 'expected lower-case letters, digits and hyphens');
export const time = z.iso.datetime({ offset: true });
export const truth = z.stringbool({ truthy: ['true'], falsy: ['false'] });
/** Without control characters but line breaks and tabs: no database takes NUL. */
const plain = z.string().regex(/^(?:\P{Cc}|[\n\t\r])*$/u, 'expected text without control characters');
export const person = plain.trim().min(1).max(200);
export const reasonText = plain.trim().min(1).max(500);
/** Where a reason may be left out. */
export const anyReason = plain.trim().max(500).default('');
export const percent = z.number().min(0).max(100);
export const verdict = z.enum(['pass', 'fail', 'inconclusive']);

/** Opaque: only what an answer's `next` has said. */
const cursor = z
  .string()
  .max(600)
  .regex(/^[A-Za-z0-9_-]+$/, 'expected the `next` of an answer');
/** Absent only where there is no more. */
export const next = cursor.nullable().describe('Ask with this as `cursor` for what follows; null: that was all.');

/** The parameters of a list. */
export const paging = (standard: number, most: number) => ({
  limit: z.coerce.number().int().min(1).max(most).default(standard),
  cursor: cursor.optional(),
});

export const problem = shapeOf<Problem>(
  z.object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string().describe('Stable; docs/errors.md has them all.'),
    errors: z.array(z.object({ path: z.string(), value: z.string(), message: z.string() })).optional(),
  }),
).describe('RFC 9457: what every answer that is no success has.');

export const me = z.object({
  subject: z.string().describe('Who is asked as: what decisions are signed with.'),
  role: z.enum(ROLES).describe('The highest of the api’s own; a viewer reads, an operator acts, an approver approves.'),
  roles: z.array(z.string()).describe('All that the token carries: specs name them as `role:<name>`.'),
  name: z.string().describe('What people read.'),
});
export type Me = z.output<typeof me>;
