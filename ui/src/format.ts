const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `4 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. @param ms >= 0 */
export function duration(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < MINUTE) return `${Math.floor(whole / SECOND)} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) return two(Math.floor(whole / HOUR), 'h', Math.floor((whole % HOUR) / MINUTE), 'min');
  return two(Math.floor(whole / DAY), 'd', Math.floor((whole % DAY) / HOUR), 'h');
}

function two(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** In the reader's zone, short; the whole of it stands in the title. */
export function clock(iso: string): string {
  const at = new Date(iso);
  const isToday = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleTimeString('en-GB');
  return isToday ? time : `${at.toLocaleDateString('en-CA')} ${time}`;
}

/** A count, or a number of an axis: three digits that count; null is a dash, never 0. What was measured and judged is shown by `Quantity`. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  if (size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

export function percent(value: number): string {
  return `${number(value)} %`;
}

/** Why a verdict is what it is, where the metric's name stands beside it already. */
export function reasonOf({ metric, reason }: { readonly metric: string; readonly reason: string }): string {
  return reason.startsWith(`${metric}: `) ? reason.slice(metric.length + 2) : reason;
}
