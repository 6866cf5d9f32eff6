import type { Freeze, Hold } from '../domain/freeze.js';
import type { Windows } from '../domain/spec/windows.js';
import { heldUntil } from './open-from.js';

const MINUTE_MS = 60_000;

/**
 * What keeps a rollout from moving forward: the windows of its spec, and the freezes of its service that are in force.
 * @param freezes as the store gives them: they hold, whatever this process's clock says
 * @returns null where it is free to move
 */
export function holdOf(windows: Windows | null, freezes: readonly Freeze[], atMs: number): Hold | null {
  const spells = freezes.map(({ id, owner, reason, expiresAt }) => ({
    from: new Date(atMs).toISOString(),
    until: new Date(endOf(expiresAt, atMs)).toISOString(),
    reason: `${reason} (freeze ${id} by ${owner})`,
  }));
  const held = heldUntil({ ...windows, freeze: [...spells, ...(windows?.freeze ?? [])] }, atMs);
  if (held === null) return null;
  return {
    until: held.until === null ? null : new Date(held.until).toISOString(),
    reason: held.reason,
    ids: freezes.map(({ id }) => id),
  };
}

/** Where the clocks of store and worker differ, a freeze in force may seem to be over: it then ends with the minute. */
function endOf(expiresAt: string, atMs: number): number {
  const end = Date.parse(expiresAt);
  return end > atMs ? end : (Math.floor(atMs / MINUTE_MS) + 1) * MINUTE_MS;
}
