import type { Scope } from '../ports/store.js';

/** The parameters $1 to $6 of every query over a scope; further parameters begin at $7. */
export function scopeParams({ service, rolloutId, epochs, since, until }: Scope): unknown[] {
  return [service, rolloutId ?? null, epochs?.[0] ?? null, epochs?.[1] ?? null, since ?? null, until ?? null];
}

/** Conditions on service, rollout and epochs, over the columns of those names. Every parameter is typed, as it may be null. */
export const IN_SERVICE = 'service = $1::text';
export const IN_ROLLOUT = '($2::text IS NULL OR rollout_id = $2)';
export const IN_EPOCHS = '($3::int8 IS NULL OR epoch BETWEEN $3 AND $4::int8)';

/** Condition on a time column: from `since`, up to but without `until`. */
export function inTime(column: string): string {
  return `($5::timestamptz IS NULL OR ${column} >= $5) AND ($6::timestamptz IS NULL OR ${column} < $6)`;
}

/** All four conditions. */
export function inScope(timeColumn: string): string {
  return [IN_SERVICE, IN_ROLLOUT, IN_EPOCHS, inTime(timeColumn)].join(' AND ');
}
