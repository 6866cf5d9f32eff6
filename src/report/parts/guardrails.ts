import { cutText } from '../../domain/cut-text.js';
import { metricUnit } from '../../domain/metric.js';
import { type GuardrailLook, type GuardrailSequence, none, type Part, part } from '../../domain/report.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import type { Evidence } from '../../domain/verdict.js';
import type { EvidenceLook } from '../../ports/report-data.js';
import { grouped } from '../group.js';
import { thin } from '../thin.js';

export const MOST_LOOKS = 200;
const MOST_SEQUENCES = 40;
const LONGEST_REASON = 500;

/** What decisions rested on, and what the view says now, by metric, segment and gate; those that fail first. */
export function guardrailSequences(
  looks: readonly EvidenceLook[],
  state: RolloutState,
): Part<readonly GuardrailSequence[]> {
  const now = state.evidence.map((evidence) => ({ at: state.updatedAt, phase: state.phase, evidence, of: 0 }));
  const groups = grouped([...looks, ...now.filter((one) => isNew(one, looks))], ({ evidence }) => keyOf(evidence));
  const all = groups.flatMap((group) => sequenceOf(group) ?? []);
  if (all.length === 0) return none('No guardrail has been judged.');
  const order = { fail: 0, inconclusive: 1, pass: 2 } as const;
  const shown = all.toSorted((a, b) => order[a.verdict] - order[b.verdict]).slice(0, MOST_SEQUENCES);
  const notes = [
    ...(shown.length < all.length
      ? [`${shown.length} of ${all.length} guardrails are shown, those that fail first.`]
      : []),
    ...(shown.some((one) => one.looks.length < one.looksMade)
      ? [`Of a guardrail with more than ${MOST_LOOKS} looks an even selection is shown.`]
      : []),
  ];
  return part(shown, notes.length === 0 ? null : notes.join(' '));
}

const keyOf = ({ metric, segment, gate }: Evidence) => [metric, segment ?? null, gate ?? null];

/** The view's newest look may be one that something was decided on. */
function isNew({ evidence }: EvidenceLook, looks: readonly EvidenceLook[]): boolean {
  const key = String(keyOf(evidence));
  return (
    evidence.at === undefined || !looks.some((e) => e.evidence.at === evidence.at && String(keyOf(e.evidence)) === key)
  );
}

function sequenceOf(group: readonly EvidenceLook[]): GuardrailSequence | null {
  const newest = group.at(-1)?.evidence;
  if (newest === undefined) return null;
  const { metric, segment = null, gate = null, rule, alpha, dryRun, verdict } = newest;
  const made = Math.max(group.length, ...group.map(({ of }) => of));
  const looks = thin(group, MOST_LOOKS).map(lookOf);
  return { metric, segment, gate, unit: metricUnit(metric), rule, alpha, dryRun, verdict, looksMade: made, looks };
}

function lookOf({ at, phase, evidence }: EvidenceLook): GuardrailLook {
  const { verdict, reason, baseline, candidate, difference, bound, margin, epochs = null } = evidence;
  return {
    at: evidence.at ?? at,
    epochs,
    phase,
    verdict,
    reason: cutText(reason, LONGEST_REASON),
    baseline,
    candidate,
    difference,
    bound,
    margin,
  };
}
