const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export const HOUR_MS = UNIT_MS.h;
export const DAY_MS = UNIT_MS.d;
export const WEEK_MS = 7 * DAY_MS;
export const DURATION_PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A year: far beyond any rollout, and far below where timers overflow. */
export const LONGEST_MS = 366 * DAY_MS;

/** Milliseconds of `20ms`, `30s`, `10m`, `1.5h` or `7d`; undefined where the text is none of these. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION_PATTERN.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
