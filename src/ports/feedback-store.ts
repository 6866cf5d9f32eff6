import type { Arm, FeedbackKind, FeedbackRecord } from '../domain/observation.js';

/** How much there is of one kind, by what the unit or prediction met. */
interface FeedbackCount {
  readonly kind: FeedbackKind;
  /** null: of a unit that no exposure tells of. */
  readonly arm: Arm | null;
  readonly version: string | null;
  readonly items: number;
  readonly late: number;
  /** Items whose unit is known. */
  readonly withUnit: number;
  /** Items whose unit had met an arm when it happened: what an A/B evaluation can count. */
  readonly exposed: number;
  /** Items whose prediction is recorded: what accuracy can count. */
  readonly recorded: number;
}

/** From the prediction, or for units from what happened, until it was received. Milliseconds. */
export interface FeedbackDelay {
  readonly kind: FeedbackKind;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface FeedbackStats {
  readonly counts: readonly FeedbackCount[];
  readonly delays: readonly FeedbackDelay[];
  readonly sources: readonly { readonly source: string; readonly items: number }[];
  /** Of revenue. null: its sender did not say. */
  readonly currencies: readonly { readonly currency: string | null; readonly items: number; readonly sum: number }[];
  readonly surveys: readonly { readonly survey: string; readonly items: number; readonly mean: number }[];
  /** Units with more items in an hour than a person has. */
  readonly suspects: { readonly units: number; readonly items: number };
}

/** ISO; by the time of receipt; `until` is exclusive. */
export interface FeedbackSpan {
  readonly service: string;
  readonly since: string;
  readonly until: string;
}

/** Rows that were deleted. */
export interface Forgotten {
  readonly feedback: number;
  readonly predictions: number;
  readonly exposures: number;
  readonly features: number;
  readonly lists: number;
  readonly pairs: number;
}

export interface FeedbackStore {
  /** Keeps records whose ids are new, all of them or nothing. @returns how many were */
  append(records: readonly FeedbackRecord[]): Promise<number>;
  /** @param suspectPerHour more items of one unit within an hour of the clock make it a suspect */
  stats(span: FeedbackSpan, suspectPerHour: number): Promise<FeedbackStats>;
  /** Deletes at most so many that were received before: call it until it returns less than `most`. @param service null: of all */
  prune(before: string, service: string | null, most: number): Promise<number>;
  /** Deletes what is kept of a unit, in all services, and records that it was done, but not whose. */
  forget(unitHash: string): Promise<Forgotten>;
}
