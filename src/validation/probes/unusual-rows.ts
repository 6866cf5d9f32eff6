import { type Random, seededRandom } from '../../stats/index.js';
import type { AnsweredRow } from '../answered-row.js';
import { type FeatureRange, featureRanges } from './feature-ranges.js';
import { gaussian, shuffled } from './random-draws.js';

export type Features = readonly (number | null)[];

const NOISE_SDS = 0.01;
const BEYOND_RANGES = 10;

/** The same draws for a row whatever the version, the order and the other rows. */
function drawsOf({ index }: AnsweredRow, salt: number): Random {
  return seededRandom(Math.imul(index + 1, 0x9e3779b1) ^ salt);
}

/**
 * Adds noise to every feature that varies in the sample.
 * @param scale in standard deviations of each feature
 * @returns null where none varies
 */
export function noisyRow(
  sample: readonly AnsweredRow[],
  features: number,
  scale = NOISE_SDS,
): ((row: AnsweredRow) => Features) | null {
  const sds = featureRanges(sample, features).map((range) => range?.sd ?? 0);
  if (sds.every((sd) => sd === 0)) return null;
  return (row) => {
    const random = drawsOf(row, 0x0201);
    return row.features.map((value, at) => {
      const draw = gaussian(random);
      const sd = sds[at] ?? 0;
      return value === null || sd === 0 ? value : value + draw * sd * scale;
    });
  };
}

/** Each feature missing once, in a random order: the first that can be asked is. */
export function* missingOne(row: AnsweredRow, unsayable: ReadonlySet<number>): Generator<readonly [number, Features]> {
  const places = row.features.map((_, at) => at);
  for (const at of shuffled(places, drawsOf(row, 0x0301)))
    if (row.features[at] !== null && !unsayable.has(at)) yield [at, row.features.with(at, null)];
}

/** Some features far above all that the sample shows, then some far below. @param scale in ranges of each feature */
export function outOfRange(
  sample: readonly AnsweredRow[],
  features: number,
  scale = BEYOND_RANGES,
): (row: AnsweredRow) => Features[] {
  const ranges = featureRanges(sample, features);
  return (row) => [1, -1].map((side) => farOut(row, ranges, side, scale));
}

function farOut(row: AnsweredRow, ranges: readonly (FeatureRange | null)[], side: number, scale: number): Features {
  const random = drawsOf(row, side > 0 ? 0x0401 : 0x0402);
  const certain = Math.floor(random() * row.features.length);
  return row.features.map((value, at) => {
    const range = ranges[at] ?? null;
    const isMoved = random() < 0.5 || at === certain;
    return range === null || !isMoved ? value : beyond(range, side, scale);
  });
}

function beyond({ min, max, isInteger }: FeatureRange, side: number, scale: number): number {
  // A constant has no range: its own size stands for it.
  const width = max > min ? max - min : Math.max(Math.abs(max), 1);
  const value = side > 0 ? max + scale * width : min - scale * width;
  return isInteger ? Math.round(value) : value;
}

/** The values of a row under other features' names. */
export function permuted(row: AnsweredRow): Features[] {
  return [shuffled(row.features, drawsOf(row, 0x0501))];
}
