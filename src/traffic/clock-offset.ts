/**
 * How far a server's wall clock is ahead of ours, from the `Date` header of its answer: that has whole seconds, so the estimate is right to about a second
 * and half the time the answer took.
 * @param sentAt, receivedAt ms since 1970, on our clock
 * @returns ms, negative where it is behind; null without a date
 */
export function clockOffsetMs(date: unknown, sentAt: number, receivedAt: number): number | null {
  const said = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(said) ? null : Math.round(said + 500 - (sentAt + receivedAt) / 2);
}
