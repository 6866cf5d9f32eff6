import { z } from 'zod';
import { DURATION_PATTERN, LONGEST_MS, parseDuration } from '../duration.js';

const EXPECTED = 'expected a duration such as 20ms, 30s, 10m, 2h or 7d';

/** A positive duration as text; its output is whole milliseconds. */
export const duration = z
  .string({ error: ({ input }) => (input === undefined ? `is missing: ${EXPECTED}` : EXPECTED) })
  .regex(DURATION_PATTERN, EXPECTED)
  .transform((text, ctx) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return Math.ceil(ms);
    ctx.issues.push({ code: 'custom', message: `duration ${text} is outside 1ms..366d`, input: text });
    return z.NEVER;
  });
