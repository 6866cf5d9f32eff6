import { DEFAULT_CONCURRENCY } from '../domain/spec/validation/check-fields.js';
import type { CheckResult } from '../domain/validation.js';
import { contentDigest } from '../identity/content-digest.js';
import type { SuiteDeps, SuiteInput } from './suite.js';

/** What goes on after a cut. Plain JSON. */
export interface SuiteState {
  /** Of everything that the answers so far depend on. */
  readonly identity: string;
  /** ISO. */
  readonly startedAt: string;
  readonly resumed: number;
  /** Whether all rows are done. */
  readonly isPassed: boolean;
  /** What `PassState.save` gave; null before the first. */
  readonly pass: unknown;
  /** Of the checks that are done. */
  readonly results: readonly CheckResult[];
}

/** Changed whenever what is kept is no longer what it was. */
const FORMAT = 1;

/** Digest of the part of the plan that says what is checked, and of which columns. */
export function planDigestOf({ plan }: SuiteInput): string {
  const { dataset, concurrency = DEFAULT_CONCURRENCY, ...rest } = plan;
  const schema = typeof dataset === 'string' ? undefined : dataset.schema;
  return `sha256:${contentDigest({ ...rest, concurrency, schema })}`;
}

/** Answers of other versions, to other rows or for other checks are not gone on from. */
export function identityOf({ candidate, baseline, protocol, service }: SuiteInput, plan: string, data: string): string {
  return contentDigest({ format: FORMAT, service, candidate, baseline, protocol, plan, data });
}

/** The state that was kept under this id, where it is of the same suite. */
export async function loadState(
  { id }: SuiteInput,
  { progress }: SuiteDeps,
  identity: string,
): Promise<SuiteState | null> {
  const kept = (await progress.progress(id)) as SuiteState | null;
  return kept?.identity === identity ? { ...kept, resumed: kept.resumed + 1 } : null;
}

export function newState(identity: string): SuiteState {
  return { identity, startedAt: new Date().toISOString(), resumed: 0, isPassed: false, pass: null, results: [] };
}
