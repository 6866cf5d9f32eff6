import { studentTQuantile, studentTTwoSided } from '../distributions/student-t.js';
import { requireCount, requireProbability, type Sample } from '../sample/sample.js';
import { autocorrelationErrors, classicalErrors, defaultLags, leastSquares, squares } from './least-squares.js';

interface Coefficient {
  readonly estimate: number;
  /** Assuming independent errors. */
  readonly standardError: number;
  readonly pValue: number;
  /** Proof against autocorrelation (Newey-West); the ones to decide by. */
  readonly hacError: number;
  readonly hacP: number;
}

export interface InterruptedSeries {
  /** Level and slope per step before the intervention. */
  readonly level: Coefficient;
  readonly slope: Coefficient;
  /** Their changes at the intervention. */
  readonly levelChange: Coefficient;
  readonly slopeChange: Coefficient;
  readonly r2: number;
  /** Near 2 without autocorrelation of neighbours, towards 0 with positive; null where nothing is left over. */
  readonly durbinWatson: number | null;
  /** What the trend before would have gone on to. One value for each step after the intervention. */
  readonly counterfactual: number[];
  /** Mean of (observed - counterfactual) after the intervention, as fitted, with a HAC interval. */
  readonly meanEffect: number;
  readonly interval: [number, number];
}

/**
 * Segmented regression of an equally spaced series: y = level + slope t + change (t >= t0) + slope change (t - t0)+.
 * Source: A. K. Wagner et al. (2002), J. Clinical Pharmacy and Therapeutics 27:299-309. Oracle: test/stats/oracles/impact_its_did.json.
 * @param start index of the first value after the intervention; at least 2 values lie on either side. A line goes through two values exactly: errors that rest on
 * them alone are 0 and say nothing
 * @param lags neighbours allowed to be correlated; default is Newey and West's rule
 * @throws {RangeError} when there are fewer than 5 values, or fewer than 2 on a side
 */
export function interruptedSeries(
  y: Sample,
  start: number,
  lags = defaultLags(y.length),
  confidence = 0.95,
): InterruptedSeries {
  requireCount(start, 'start', 2);
  requireCount(lags, 'lags');
  requireProbability(confidence, 'confidence');
  const n = y.length;
  if (n - start < 2) throw new RangeError(`start ${start} leaves ${n - start} of ${n} values after the intervention`);
  const design = Array.from({ length: n }, (_, t) => [1, t, t >= start ? 1 : 0, Math.max(0, t - start)]);
  const fit = leastSquares(design, y);
  const [plain, hac] = [classicalErrors(fit), autocorrelationErrors(fit, design, lags)];
  const coefficient = (k: number): Coefficient => {
    const [estimate, standardError, hacError] = [fit.coefficients[k] as number, plain[k] as number, hac[k] as number];
    return {
      estimate,
      standardError,
      pValue: pOf(estimate, standardError, fit.df),
      hacError,
      hacP: pOf(estimate, hacError, fit.df),
    };
  };
  const [level, slope] = [coefficient(0), coefficient(1)];
  const [levelChange, slopeChange] = [coefficient(2), coefficient(3)];
  // Mean of level change + slope change (t - t0) over the steps after: a contrast, whose error follows from a fit with shifted time.
  const halfway = (n - 1 - start) / 2;
  const shifted = design.map(
    ([one, t, post, since]) => [one, t, post, (since as number) - halfway * (post as number)] as number[],
  );
  const shiftedFit = leastSquares(shifted, y);
  const meanEffect = shiftedFit.coefficients[2] as number;
  const half =
    studentTQuantile(1 - (1 - confidence) / 2, fit.df) *
    (autocorrelationErrors(shiftedFit, shifted, lags)[2] as number);
  return {
    level,
    slope,
    levelChange,
    slopeChange,
    r2: fit.r2,
    durbinWatson: durbinWatson(fit.residuals),
    counterfactual: Array.from({ length: n - start }, (_, i) => level.estimate + slope.estimate * (start + i)),
    meanEffect,
    interval: [meanEffect - half, meanEffect + half],
  };
}

/** A fit without any residual leaves no error to compare with: p is 0 for a change, 1 for none. */
function pOf(estimate: number, standardError: number, df: number): number {
  if (standardError === 0) return estimate === 0 ? 1 : 0;
  return studentTTwoSided(estimate / standardError, df);
}

/** @returns null where nothing is left over. Source: J. Durbin, G. S. Watson (1950), Biometrika 37:409-428. */
export function durbinWatson(residuals: readonly number[]): number | null {
  const steps = residuals.slice(1).map((r, i) => r - (residuals[i] as number));
  const all = squares(residuals);
  return all === 0 ? null : squares(steps) / all;
}
