import { type Moments, momentsOf } from '../sample/moments.js';
import { requireEqualLength, requireSample, type Sample } from '../sample/sample.js';
import { largestSize, safeScale } from '../sample/scale.js';
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
  const strata = byRegion(reference, current, regions);
  const covariateP = mixP(strata);
  const conceptP = withinP(strata, dependence);
  const isCovariate = covariateP !== null && covariateP < alpha;
  const isConcept = conceptP !== null && conceptP < alpha;
  return {
    kind: isConcept ? (isCovariate ? 'both' : 'concept') : isCovariate ? 'covariate' : 'none',
    covariateP,
    conceptP,
    residualP: ksTest(reference.errors, current.errors).pValue,
    ...parts(strata),
    regions: strata.map(({ unit, before, after }, region) => ({
      region,
      referenceRows: before.n,
      currentRows: after.n,
      referenceError: before.n === 0 ? null : unit * before.mean,
      currentError: after.n === 0 ? null : unit * after.mean,
    })),
  };
}

/** The errors of one region, in a unit of its own. */
interface Stratum {
  readonly unit: number;
  readonly before: Moments;
  readonly after: Moments;
}

function byRegion(reference: Scored, current: Scored, regions: Regions): Stratum[] {
  const after = errorsIn(regions, current);
  return errorsIn(regions, reference).map((list, region) => {
    const listAfter = after[region] as number[];
    // Squares of giants are infinite; in units of another region's giants, squares of usual errors would be 0.
    const unit = safeScale(largestSize(list, listAfter));
    const moments = (errors: readonly number[]) => momentsOf(errors.map((error) => error / unit));
    return { unit, before: moments(list), after: moments(listAfter) };
  });
}

function errorsIn(regions: Regions, { features, errors }: Scored): number[][] {
  const lists: number[][] = Array.from({ length: regions.count }, () => []);
  for (const [row, region] of regions.assign(features).entries()) lists[region]?.push(errors[row] as number);
  return lists;
}

function mixP(strata: readonly Stratum[]): number | null {
  const used = strata.filter(({ before, after }) => before.n + after.n > 0);
  if (used.length < 2) return null;
  return chiSquareOfTable([strata.map(({ before }) => before.n), strata.map(({ after }) => after.n)]).pValue;
}

/** Sum over regions of squared, standardised differences of the mean error: changes of opposite direction do not cancel. */
function withinP(strata: readonly Stratum[], dependence: Dependence): number | null {
  let [statistic, df] = [0, 0];
  for (const { before: a, after: b } of strata) {
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

function parts(strata: readonly Stratum[]): Pick<ConceptDrift, 'change' | 'fromInputs' | 'fromConcept'> {
  const all = strata.reduce((sum, { before }) => sum + before.n, 0);
  const allAfter = strata.reduce((sum, { after }) => sum + after.n, 0);
  let [fromInputs, fromConcept, change] = [0, 0, 0];
  for (const { unit, before: a, after: b } of strata) {
    const [p, q] = [a.n / all, b.n / allAfter];
    // A region that only one period has can't tell its errors apart: its change is one of inputs.
    const [x, y] = [unit * (a.n === 0 ? b.mean : a.mean), unit * (b.n === 0 ? a.mean : b.mean)];
    change += q * y - p * x;
    // Halved first: sums and differences of giants are infinite.
    fromInputs += (q - p) * (x / 2 + y / 2);
    fromConcept += (p + q) * (y / 2 - x / 2);
  }
  return { change, fromInputs, fromConcept };
}
