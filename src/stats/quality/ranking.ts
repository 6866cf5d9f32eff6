import { countPairs } from '../comparison/mann-whitney.js';
import { requireEqualLength, requireSample, type Sample } from '../sample/sample.js';
import { sorted } from '../sample/sort.js';
import { requireRows } from './confusion.js';

/**
 * Area under the ROC curve: the chance that a positive row is scored above a negative one, ties half.
 * Without weights it is Mann-Whitney's U, from two sorts. Source: J. A. Hanley, B. J. McNeil (1982), Radiology 143(1):29-36. Oracle: classification.json.
 * @param truth 0 or 1 a row @param scores larger means more likely 1
 * @returns null when the truth has one class only: nothing can be ranked
 * @throws {RangeError} for empty or unequal lists, scores that are not finite, or a truth other than 0 and 1
 */
export function rocAuc(truth: ArrayLike<number>, scores: Sample, weights?: Sample): number | null {
  requireRows(truth, scores);
  requireSample(scores, 'scores');
  if (weights) return weightedAuc(truth, scores, weights);
  const positives = countPositives(truth);
  const negatives = truth.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const [yes, no] = [new Float64Array(positives), new Float64Array(negatives)];
  let [i, j] = [0, 0];
  for (let row = 0; row < truth.length; row += 1) {
    if (truth[row]) {
      yes[i] = scores[row] as number;
      i += 1;
    } else {
      no[j] = scores[row] as number;
      j += 1;
    }
  }
  const { wins, ties } = countPairs(sorted(yes), sorted(no));
  return (wins + ties / 2) / (positives * negatives);
}

function countPositives(truth: ArrayLike<number>): number {
  let positives = 0;
  for (let i = 0; i < truth.length; i += 1) {
    const value = truth[i] as number;
    if (value !== 0 && value !== 1) throw new RangeError(`truth[${i}] is ${value}, not 0 or 1`);
    positives += value;
  }
  return positives;
}

/** Rows of equal score, best score first, with their weights by truth. */
function byScore(truth: ArrayLike<number>, scores: Sample, weights?: Sample): { positive: number; negative: number }[] {
  const order = Array.from({ length: truth.length }, (_, i) => i).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
  const groups: { score: number; positive: number; negative: number }[] = [];
  for (const i of order) {
    const score = scores[i] as number;
    let group = groups[groups.length - 1];
    if (group?.score !== score) {
      group = { score, positive: 0, negative: 0 };
      groups.push(group);
    }
    group[truth[i] ? 'positive' : 'negative'] += weights ? (weights[i] as number) : 1;
  }
  return groups;
}

function weightedAuc(truth: ArrayLike<number>, scores: Sample, weights: Sample): number | null {
  requireEqualLength(scores, weights, 'scores and weights');
  countPositives(truth);
  let [area, positives, negatives] = [0, 0, 0];
  for (const group of byScore(truth, scores, weights)) {
    area += group.negative * (positives + group.positive / 2);
    positives += group.positive;
    negatives += group.negative;
  }
  return positives === 0 || negatives === 0 ? null : area / (positives * negatives);
}

/**
 * Average precision: precision at each score that is met going down, weighted by the recall it adds. No interpolation.
 * Source: definition of scikit-learn's average_precision_score. @returns null without a positive row
 */
export function averagePrecision(truth: ArrayLike<number>, scores: Sample, weights?: Sample): number | null {
  requireRows(truth, scores);
  requireSample(scores, 'scores');
  countPositives(truth);
  let [positives, all, area] = [0, 0, 0];
  for (const group of byScore(truth, scores, weights)) {
    positives += group.positive;
    all += group.positive + group.negative;
    if (group.positive > 0) area += (group.positive * positives) / all;
  }
  return positives === 0 ? null : area / positives;
}
