const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** `3m12s`, `2d4h`, `0s`: the two largest units, as a person says it. @param ms below 0 counts as 0 */
export function shortTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0s';
  let left = seconds;
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return [count, unit] as const;
  });
  return parts
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('');
}

/** `3m12s left`, or `over for 5s`. @param until ISO */
export function timeLeft(until: string, nowMs: number): string {
  const left = Date.parse(until) - nowMs;
  // A countdown says 1s until it is over, as it is not over before.
  return left > 0 ? `${shortTime(Math.ceil(left / 1000) * 1000)} left` : `over for ${shortTime(-left)}`;
}

/** How long ago something was. @param at ISO; what is no time stays as it is */
export function ageOf(at: string, nowMs: number): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : shortTime(nowMs - ms);
}
