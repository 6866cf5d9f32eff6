import type { HoldbackUnits } from '../ports/impact-data.js';
import { sampleRatioTest } from '../stats/comparison/sample-ratio.js';

/** As for experiments: rarer than this is a broken assignment or a broken record. */
const ALPHA = 0.001;
const FEWEST_UNITS = 100;
/** More units in both groups than this part of the held-back ones: they are not held back. */
const MOST_IN_BOTH = 0.05;

/** Whether the holdback is what it was meant to be. `voided` says why nothing may be read from it. Pure. */
export function judgeHoldback(
  { held, kept, both }: HoldbackUnits,
  percent: number,
): { readonly voided: string | null; readonly notes: string[] } {
  const notes = both === 0 ? [] : [`${both} units met both versions after the cutover; they are in neither group`];
  if (both > MOST_IN_BOTH * Math.max(1, held + both) && held + both >= FEWEST_UNITS)
    return voidedBy(`${both} of ${held + both} units that were held back met the candidate as well`, notes);
  if (held + kept < FEWEST_UNITS) return { voided: null, notes };
  const ratio = sampleRatioTest([held, kept], [percent, 100 - percent]);
  if (ratio === null || ratio.pValue >= ALPHA) return { voided: null, notes };
  const share = Math.round((10_000 * held) / (held + kept)) / 100;
  return voidedBy(
    `${held} of ${held + kept} units (${share} %) were held back instead of ${percent} %: assignment or record is broken`,
    notes,
  );
}

function voidedBy(why: string, notes: readonly string[]) {
  return { voided: why, notes: [...notes, `the holdback says nothing: ${why}`] };
}
