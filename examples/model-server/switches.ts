/** What can be made worse about a server while it runs. */
export interface Switches {
  /** Added to each prediction, 0..60,000. */
  readonly latencyMs: number;
  /** Share of predictions that are answered 500, 0..1. */
  readonly errorShare: number;
}

/** Longer waits outlast every client; setTimeout itself fails above 2^31 ms, by not waiting at all. */
const LIMITS = { latencyMs: 60_000, errorShare: 1 } as const satisfies Switches;

/**
 * The switches after a change; what the change leaves out stays.
 * @throws {RangeError} naming the value and the limit
 */
export function changeSwitches(now: Switches, change: unknown): Switches {
  if (typeof change !== 'object' || change === null || Array.isArray(change))
    throw new RangeError(`${JSON.stringify(change)}: expected an object with latencyMs or errorShare`);
  for (const [name, value] of Object.entries(change)) {
    if (!Object.hasOwn(LIMITS, name)) throw new RangeError(`${name}: expected latencyMs or errorShare`);
    const most = LIMITS[name as keyof Switches];
    if (!(typeof value === 'number' && value >= 0 && value <= most))
      throw new RangeError(`${name} ${String(value)}: expected a number in 0..${most}`);
  }
  return { ...now, ...change };
}
