import { momentsOf } from '../sample/moments.js';
import { requireEqualLength, requireSample, type Sample } from '../sample/sample.js';
import { chiSquareOfTable } from './chi-square.js';
import { type Dependence, INDEPENDENT } from './dependence.js';
import { chiSquareP } from './dependent-tests.js';
import { ksTest } from './kolmogorov-smirnov.js';
import { type Regions, regionsOf } from './regions.js';

/** Inputs, column by column, and what the model got wrong about each row: 0 or 1 for a class, true - predicted for a number. */
export interface Scored {
  readonly features: readonly Sample[];
  readonly errors: Sample;
}

export interface RegionChange {
  readonly region: number;
  readonly referenceRows: number;
  readonly currentRows: number;
  /** Mean error; null without rows. */
  readonly referenceError: number | null;
  readonly currentError: number | null;
}

export interface ConceptDrift {
  /** `concept`: other answers to the same inputs; `covariate`: other inputs; both, or neither. */
  readonly kind: 'none' | 'covariate' | 'concept' | 'both';
  /** Do inputs fall into the regions in other shares? */
  readonly covariateP: number | null;
  /** Are errors larger or smaller in the same regions? */
  readonly conceptP: number | null;
  /** Has the distribution of errors changed, from whatever cause? */
  readonly residualP: number;
  /** Change of the mean error, and its two parts: by other inputs, and by other errors on the same inputs. They add up. */
  readonly change: number;
  readonly fromInputs: number;
  readonly fromConcept: number;
  readonly regions: RegionChange[];
}

/**
 * Has the relation of inputs to labels changed (concept drift), or only the inputs (covariate drift)? Errors are compared region by
 * region of the input space, so that a mere move of traffic into harder regions does not count against the model.
 * Sources: stratified test as N. Mantel, W. Haenszel (1959), J. National Cancer Institute 22:719-748, one degree of freedom a region;
 * parts of the change: E. M. Kitagawa (1955), JASA 50:1168-1194.
 * @param alpha of each of the two tests that name the kind
 * @param dependence of the errors inside regions
 * @throws {RangeError} for empty data, values that are not finite, or columns of unequal length
 */
export function conceptDrift(
  reference: Scored,
  current: Scored,
  alpha = 0.01,
  regions = regionsOf(reference.features),
  dependence = INDEPENDENT,
): ConceptDrift {
  for (const [name, { features, errors }] of Object.entries({ reference, current })) {
    requireSample(errors, `${name} errors`);
    requireEqualLength(features[0] ?? [], errors, `${name} features and errors`);
  }
  const [before, after] = [byRegion(reference, regions), byRegion(current, regions)];
  const covariateP = mixP(before, after);
  const conceptP = withinP(before, after, dependence);
  const isCovariate = covariateP !== null && covariateP < alpha;
  const isConcept = conceptP !== null && conceptP < alpha;
  return {
    kind: isConcept ? (isCovariate ? 'both' : 'concept') : isCovariate ? 'covariate' : 'none',
    covariateP,
    conceptP,
    residualP: ksTest(reference.errors, current.errors).pValue,
    ...parts(before, after),
    regions: before.map((group, region) => ({
      region,
      referenceRows: group.n,
      currentRows: after[region]?.n ?? 0,
      referenceError: group.n === 0 ? null : group.mean,
      currentError: after[region]?.n ? (after[region]?.mean ?? null) : null,
    })),
  };
}

interface Group {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
}

function byRegion({ features, errors }: Scored, regions: Regions): Group[] {
  const rows = regions.assign(features);
  const values: number[][] = Array.from({ length: regions.count }, () => []);
  for (const [row, region] of rows.entries()) values[region]?.push(errors[row] as number);
  return values.map((list) => momentsOf(list));
}

function mixP(before: readonly Group[], after: readonly Group[]): number | null {
  const used = before.filter((group, i) => group.n + (after[i]?.n ?? 0) > 0);
  if (used.length < 2) return null;
  return chiSquareOfTable([before.map((group) => group.n), after.map((group) => group.n)]).pValue;
}

/** Sum over regions of squared, standardised differences of the mean error: changes of opposite direction do not cancel. */
function withinP(before: readonly Group[], after: readonly Group[], dependence: Dependence): number | null {
  let [statistic, df] = [0, 0];
  for (const [i, a] of before.entries()) {
    const b = after[i] as Group;
    if (a.n < 2 || b.n < 2) continue;
    const total = a.n + b.n;
    const mean = (a.n * a.mean + b.n * b.mean) / total;
    // Variance under "no change", from both periods together.
    const pooled = (a.m2 + b.m2 + a.n * (a.mean - mean) ** 2 + b.n * (b.mean - mean) ** 2) / (total - 1);
    if (pooled === 0) continue;
    statistic += (b.mean - a.mean) ** 2 / (pooled * (1 / a.n + 1 / b.n));
    df += 1;
  }
  return df === 0 ? null : chiSquareP(statistic, df, dependence);
}

function parts(
  before: readonly Group[],
  after: readonly Group[],
): Pick<ConceptDrift, 'change' | 'fromInputs' | 'fromConcept'> {
  const rows = (groups: readonly Group[]) => groups.reduce((sum, { n }) => sum + n, 0);
  const [all, allAfter] = [rows(before), rows(after)];
  let [fromInputs, fromConcept, change] = [0, 0, 0];
  for (const [i, a] of before.entries()) {
    const b = after[i] as Group;
    const [p, q] = [a.n / all, b.n / allAfter];
    // A region that only one period has can't tell its errors apart: its change is one of inputs.
    const [x, y] = [a.n === 0 ? b.mean : a.mean, b.n === 0 ? a.mean : b.mean];
    change += q * y - p * x;
    fromInputs += ((q - p) * (x + y)) / 2;
    fromConcept += ((p + q) / 2) * (y - x);
  }
  return { change, fromInputs, fromConcept };
}
