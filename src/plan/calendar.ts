import type { Freeze } from '../domain/freeze.js';
import type { Windows } from '../domain/spec/windows.js';
import { holdOf } from '../freezes/hold.js';

/** A freeze may end where another begins; more of these in a row than this nobody plans for. */
const MOST_HOLDS = 100;

/** When a forward move may be made. */
export interface Opening {
  /** ms since 1970; null: not within a year, as far as is known. */
  readonly at: number | null;
  /** What holds it until then; null where nothing does. */
  readonly heldBy: string | null;
}

/** The first moment, not before a given one, at which neither windows nor freezes hold a forward move. */
export function openingFrom(windows: Windows | null, freezes: readonly Freeze[], atMs: number): Opening {
  const reasons: string[] = [];
  let at = atMs;
  for (let tries = 0; tries < MOST_HOLDS; tries += 1) {
    const held = holdOf(windows, inForce(freezes, at), at);
    if (held === null) return { at, heldBy: said(reasons) };
    if (!reasons.includes(held.reason)) reasons.push(held.reason);
    if (held.until === null) return { at: null, heldBy: said(reasons) };
    at = Date.parse(held.until);
  }
  return { at: null, heldBy: said(reasons) };
}

function inForce(freezes: readonly Freeze[], at: number): Freeze[] {
  return freezes.filter(({ liftedAt, expiresAt }) => liftedAt === null && Date.parse(expiresAt) > at);
}

function said(reasons: readonly string[]): string | null {
  return reasons.length === 0 ? null : reasons.join('; ');
}
