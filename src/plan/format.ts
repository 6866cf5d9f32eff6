import { DAY_MS, HOUR_MS } from '../domain/duration.js';

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** The two largest units, rounded up: `2d 4h`, `90s` reads `1m 30s`; anything below a second `1s`. */
export function formatDuration(ms: number): string {
  const first = UNITS.findIndex(([, size]) => ms >= size);
  if (first < 0) return ms > 0 ? '1s' : '0s';
  const [unit, size] = UNITS[first] as (typeof UNITS)[number];
  const next = UNITS[first + 1];
  if (next === undefined) return `${Math.ceil(ms / size)}${unit}`;
  const rest = Math.ceil((ms % size) / next[1]);
  const whole = Math.floor(ms / size) + (rest * next[1] >= size ? 1 : 0);
  return rest === 0 || rest * next[1] >= size ? `${whole}${unit}` : `${whole}${unit} ${rest}${next[0]}`;
}

/** As a spec takes it: one unit, rounded up to what a person would write. */
export function writtenDuration(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= 2 * each) ?? ['s', 1000];
  return `${Math.ceil(ms / size)}${unit}`;
}
