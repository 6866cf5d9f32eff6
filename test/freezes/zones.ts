const MINUTES = 366 * 1440 + 1440;

/** The wall clock of a zone, minute by minute over a year, told by Intl alone and not by the code under test. */
export interface Year {
  /** Ms since 1970, of the first minute. */
  readonly start: number;
  /** Days since 1970 by the calendar on the wall. */
  readonly day: Int32Array;
  /** 0..1439. */
  readonly minute: Int32Array;
}

const years = new Map<string, Year>();

/** Changes of the clock fall on whole quarters of an hour, so that each quarter is read once. */
export function yearOf(zone: string, start: number): Year {
  const key = `${zone} ${start}`;
  const known = years.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const year = { start, day: new Int32Array(MINUTES), minute: new Int32Array(MINUTES) };
  let offset = 0;
  for (let i = 0; i < MINUTES; i += 1) {
    const at = start + i * 60_000;
    if (i % 15 === 0) offset = offsetOf(format, at);
    const wall = Math.floor(at / 60_000) + offset;
    year.day[i] = Math.floor(wall / 1440);
    year.minute[i] = wall - Math.floor(wall / 1440) * 1440;
  }
  years.set(key, year);
  return year;
}

function offsetOf(format: Intl.DateTimeFormat, at: number): number {
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}
