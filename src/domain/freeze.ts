import { DAY_MS } from './duration.js';

/** A stop of all forward moves of the services it covers. It is never changed but by being lifted, and never deleted. */
export interface Freeze {
  readonly id: string;
  /** A service, or a pattern in which `*` is any text: `*` covers all services, `eu-*` those that begin so. */
  readonly scope: string;
  readonly reason: string;
  readonly owner: string;
  /** ISO, by the store's clock. */
  readonly createdAt: string;
  /** ISO. It ends by itself then: a stop that nobody remembers must not stay. */
  readonly expiresAt: string;
  /** ISO, by the store's clock; null while nobody has lifted it. */
  readonly liftedAt: string | null;
  readonly liftedBy: string | null;
  readonly liftReason: string | null;
}

export type NewFreeze = Pick<Freeze, 'id' | 'scope' | 'reason' | 'owner' | 'expiresAt'>;

export interface Lift {
  readonly by: string;
  readonly reason: string;
}

/** Whoever needs longer makes a new one, and says again why. */
export const LONGEST_FREEZE_MS = 30 * DAY_MS;

/** What a scope may be. */
export const FREEZE_SCOPE = /^[a-z0-9*][a-z0-9*-]{0,62}$/;

/** What keeps a rollout from moving forward: windows of its spec, or freezes. */
export interface Hold {
  /** ISO: when it may move as far as is known now; null: not within a year, or nobody can say. */
  readonly until: string | null;
  readonly reason: string;
  /** The freezes that hold it; empty where only windows do. */
  readonly ids: readonly string[];
}

/** Equal for equal holds: whoever waits tells by it what it knows already. */
export function holdSignature(held: Hold | null): string {
  return held === null ? 'free' : JSON.stringify([held.until, held.reason, held.ids]);
}
