import type { MethodFinding } from '../domain/impact-report.js';
import type { BucketValue } from '../ports/impact-data.js';
import { segmentedRegression } from '../stats/impact/segmented-regression.js';
import type { BucketRange } from './buckets.js';
import { estimateAgainst, findingOf, type Question, unknown } from './finding.js';
import { seriesIn } from './regression.js';

const FEWEST_BEFORE = 4;
const FEWEST_AFTER = 3;

/** What the treated series is compared with. */
export interface Control {
  /** In words, for instance `units held back`. */
  readonly name: string;
  readonly values: readonly BucketValue[];
  /** `same`: of the same metric, so that differences are taken as they are; `other`: of another one, which is scaled to the treated series first. */
  readonly scale: 'same' | 'other';
}

/**
 * Difference in differences, bucket by bucket: how much the gap between the two series changed at the cutover. What moves both (season, weather, a shared
 * dependency) cancels, bucket by bucket; what is left is judged with autocorrelation-proof errors.
 * Source: O. Ashenfelter, D. Card (1985), Review of Economics and Statistics 67:648-660; errors: M. Bertrand, E. Duflo, S. Mullainathan (2004), Quarterly
 * J. Economics 119:249-275. Oracle: test/impact/oracles/segmented.json.
 */
export function analyseDifference(
  question: Question,
  treated: readonly BucketValue[],
  control: Control,
  range: BucketRange,
): MethodFinding {
  const pairs = pairsOf(treated, control, range);
  if (pairs === null)
    return unknown(
      question,
      'difference',
      `there is no finite gap to ${control.name}: some of the numbers are too large`,
      { before: 0, after: 0 },
    );
  const before = pairs.filter(({ bucket }) => bucket <= range.before[1]);
  const after = pairs.filter(({ bucket }) => bucket >= 0);
  const samples = { before: before.length, after: after.length };
  if (before.length < FEWEST_BEFORE || after.length < FEWEST_AFTER)
    return unknown(
      question,
      'difference',
      `${before.length} buckets before and ${after.length} after have both series (${control.name}); at least ${FEWEST_BEFORE} and ${FEWEST_AFTER} are needed`,
      samples,
    );
  if (pairs.every(({ gap }) => gap === pairs[0]?.gap))
    return unknown(
      question,
      'difference',
      `the gap to ${control.name} never changes: there is no error to judge it by`,
      samples,
    );
  const timed = { times: pairs.map(({ bucket }) => bucket), values: pairs.map(({ gap }) => gap) };
  const model = { hasTrend: false, hasSlopeChange: false, seasons: [] };
  const { levelChange } = segmentedRegression(timed, 0, model, { confidence: 1 - question.alpha });
  const observed = after.reduce((sum, { value }) => sum + value, 0) / after.length;
  const mean = estimateAgainst(levelChange, observed - levelChange.estimate);
  const found = {
    mean,
    end: null,
    pValue: levelChange.pValue,
    lead: `against ${control.name} (difference in differences)`,
  };
  const assumptions = [
    `the gap to ${control.name} would have stayed as it was`,
    `${control.name} did not feel the cutover`,
  ];
  return findingOf(question, 'difference', found, { samples, assumptions });
}

interface Pair {
  readonly bucket: number;
  readonly value: number;
  readonly gap: number;
}

/** @returns null where there is no finite gap between the two */
function pairsOf(treated: readonly BucketValue[], { values, scale }: Control, range: BucketRange): Pair[] | null {
  const inRange = (all: readonly BucketValue[]) => {
    const { before, after } = seriesIn(range, all);
    return [...before, ...after];
  };
  const others = new Map(inRange(values).map(({ bucket, value }) => [bucket, value]));
  const factor = scale === 'same' ? 1 : scaleOf(seriesIn(range, treated).before, others);
  if (factor === null) return null;
  const pairs = inRange(treated).flatMap(({ bucket, value }) => {
    const other = others.get(bucket);
    return other === undefined ? [] : [{ bucket, value, gap: value - factor * other }];
  });
  return pairs.every(({ gap }) => Number.isFinite(gap)) ? pairs : null;
}

/**
 * Both series have the same mean before, so that a season of so many percent is the same in both.
 * @returns null where that is no finite number, or would scale the control to nothing
 */
function scaleOf(before: readonly BucketValue[], others: ReadonlyMap<number, number>): number | null {
  const both = before.filter(({ bucket }) => others.has(bucket));
  const top = both.reduce((sum, { value }) => sum + value, 0);
  const bottom = both.reduce((sum, { bucket }) => sum + (others.get(bucket) ?? 0), 0);
  if (bottom === 0) return 1;
  const scale = top / bottom;
  const isKnown = Number.isFinite(bottom) && Number.isFinite(scale) && (scale === 0) === (top === 0);
  return isKnown ? scale : null;
}
