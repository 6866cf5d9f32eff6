import type { AppliedRoute } from '../domain/route.js';
import { type Evidence, worstVerdict } from '../domain/verdict.js';

/**
 * A gateway ships every second. What fails is tried again after 15 s at the most (10 s without an answer, then 5 s of pause), so a minute is four tries in vain
 * at least: longer than an api takes to start anew, and short beside the time at a weight. No move rests on evidence that is older.
 */
const LONGEST_UNSHIPPED_MS = 60_000;

/** Whose records the collector has not taken for too long; null where there is nobody. */
export function unshippedReason(gateways: readonly AppliedRoute[]): string | null {
  const late = gateways.flatMap(({ gatewayId, unshippedMs = 0 }) =>
    unshippedMs > LONGEST_UNSHIPPED_MS ? [{ gatewayId, unshippedMs }] : [],
  );
  const [oldest, ...others] = late.toSorted((a, b) => b.unshippedMs - a.unshippedMs);
  if (oldest === undefined) return null;
  const who = `gateway ${oldest.gatewayId}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  const since = new Date(Date.now() - oldest.unshippedMs).toISOString();
  return `records of ${who} have not reached the collector since ${since}`;
}

/**
 * What a gate says over sums that lack what users have met since. They say what was true when the last record came: enough to go back on, never to
 * move on.
 * @param missing why they are not all there is; null where they are
 */
export function overSums(gate: Evidence, missing: string | null): Evidence {
  if (missing === null) return gate;
  return { ...gate, verdict: worstVerdict([gate.verdict, 'inconclusive']), reason: `${gate.reason}; ${missing}` };
}
