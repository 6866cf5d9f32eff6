/** Wall time in a zone. */
export interface LocalTime {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Minutes since midnight by the clock on the wall, 0..1439. */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
/** The last moment that a JavaScript date can hold. */
const LAST_MS = 8.64e15;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** One clock a zone for the whole process: making a formatter takes about as long as a thousand readings of it. */
const clocks = new Map<string, (at: number) => LocalTime | null>();

/**
 * The wall clock of a zone, daylight saving included. Within a minute it answers from memory, since zones differ from
 * UTC by whole minutes.
 * @returns a function of ms since 1970, which says null where no date has that number
 * @throws {RangeError} when the zone is unknown
 */
export function zoneClock(zone: string): (at: number) => LocalTime | null {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const clock = startClock(zone);
  clocks.set(zone, clock);
  return clock;
}

function startClock(timeZone: string): (at: number) => LocalTime | null {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  let minuteAt = Number.NaN;
  let local: LocalTime = { weekday: 0, minute: 0 };
  return (at) => {
    if (!(Math.abs(at) <= LAST_MS)) return null;
    const utcMinute = Math.floor(at / MINUTE_MS);
    if (utcMinute !== minuteAt) {
      local = read(format, Math.max(utcMinute * MINUTE_MS, -LAST_MS));
      minuteAt = utcMinute;
    }
    return local;
  };
}

function read(format: Intl.DateTimeFormat, at: number): LocalTime {
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    weekday: WEEKDAYS.indexOf(parts.get('weekday') ?? ''),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}
