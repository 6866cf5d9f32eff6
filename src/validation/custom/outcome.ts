import { z } from 'zod';
import { cutText } from '../../domain/cut-text.js';
import { plainWords } from '../../domain/plain-words.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import { result } from '../judge-value.js';
import type { ValidatorOutcome } from './contract.js';

/** What asking a validator came to. Whatever is no outcome is a fault: it can't be said what it would have found. */
export type Found = { readonly outcome: ValidatorOutcome } | { readonly fault: string };

const LONGEST_REASON = 2000;
const LARGEST_DETAILS = 64 * 1024;
const LONGEST_FAULT = 500;

const outcomeSchema = z.object({
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reason: z
    .string()
    .superRefine(({ length }, ctx) => {
      if (length <= LONGEST_REASON) return;
      ctx.addIssue({ code: 'custom', message: `it has ${length} characters, at most ${LONGEST_REASON}` });
    })
    .refine((reason) => oneLine(reason) !== '', 'it is empty'),
  value: z.number().optional(),
  details: z
    .record(z.string(), z.json())
    .refine(
      (details) => JSON.stringify(details).length <= LARGEST_DETAILS,
      `they are over ${LARGEST_DETAILS} bytes of JSON`,
    )
    .optional(),
});

/** Reads what a validator said, whoever it is. */
export function readOutcome(said: unknown): Found {
  const parsed = outcomeSchema.safeParse(said, { error: plainWords });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
    const value = issue?.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], said);
    return { fault: `its answer is no verdict: ${where} is ${shown(value)}: ${issue?.message ?? ''}` };
  }
  const { verdict, reason, value, details } = parsed.data;
  const known = { ...(value === undefined ? {} : { value }), ...(details === undefined ? {} : { details }) };
  return { outcome: { verdict, reason: oneLine(reason), ...known } };
}

/** As the suite keeps it. @param output the end of what a module printed */
export function checkResult(check: CheckOf<'custom'>, found: Found, samples: number, output = ''): CheckResult {
  const printed = output === '' ? {} : { output };
  if ('fault' in found) {
    const reason = oneLine(found.fault).slice(0, LONGEST_FAULT);
    return result(check, {
      verdict: 'inconclusive',
      reason: `could not be measured: ${reason}`,
      ...(output === '' ? {} : { details: printed }),
    });
  }
  const { verdict, reason, value = null, details = {} } = found.outcome;
  const shownDetails = { ...details, ...printed };
  return result(check, {
    verdict,
    reason,
    candidate: { samples, value },
    ...(Object.keys(shownDetails).length === 0 ? {} : { details: shownDetails }),
  });
}

/** Control characters have no place in a report or a terminal. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

function shown(value: unknown): string {
  return cutText(JSON.stringify(value) ?? 'missing', 60);
}
