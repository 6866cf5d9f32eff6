import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Milliseconds of `20ms`, `30s`, `10m`, `1.5h` or `7d`; undefined where the text is none of these. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = PATTERN.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/** A year: far beyond any rollout, and far below where timers overflow. */
export const LONGEST_MS = 366 * UNIT_MS.d;

/** A positive duration as text; its output is whole milliseconds. */
export const duration = z
  .string()
  .regex(PATTERN, 'expected a duration such as 20ms, 30s, 10m, 2h or 7d')
  .transform((text, ctx) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return Math.ceil(ms);
    ctx.issues.push({ code: 'custom', message: `duration ${text} is outside 1ms..366d`, input: text });
    return z.NEVER;
  });
