import type { ResourceLimit } from '../../domain/spec/monitors/resources.js';

/** How one resource of one instance stands with one limit; what is well has no record. */
export interface Trouble {
  /** Runs in a row at or above `enter`, before it is trouble. */
  readonly above: number;
  /** Since when it is trouble, ISO; null: not yet. */
  readonly since: string | null;
  /** Since when it is below `leave` again, ISO. */
  readonly calmSince: string | null;
  /** The share that was read last. */
  readonly value: number;
}

/** Takes one more reading in. @returns null where all is well */
export function takeReading(
  before: Trouble | null,
  value: number,
  { enter, leave }: Pick<ResourceLimit, 'enter' | 'leave'>,
  { enterAfter, coolDown, at }: { readonly enterAfter: number; readonly coolDown: number; readonly at: string },
): Trouble | null {
  const since = before?.since ?? null;
  if (before === null || since === null) {
    if (value < enter) return null;
    const above = (before?.above ?? 0) + 1;
    return { above, since: above >= enterAfter ? at : null, calmSince: null, value };
  }
  if (value >= leave) return { ...before, calmSince: null, value };
  const calmSince = before.calmSince ?? at;
  return Date.parse(at) - Date.parse(calmSince) >= coolDown ? null : { ...before, calmSince, value };
}
