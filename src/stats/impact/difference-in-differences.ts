import { studentTQuantile, studentTTwoSided } from '../distributions/student-t.js';
import { requireProbability, requireSample, type Sample } from '../sample/sample.js';
import { classicalErrors, leastSquares, robustErrors } from './least-squares.js';

export interface PrePostSamples {
  readonly controlPre: Sample;
  readonly controlPost: Sample;
  readonly treatedPre: Sample;
  readonly treatedPost: Sample;
}

export interface DifferenceInDifferences {
  /** (treated after - before) - (control after - before). */
  readonly effect: number;
  readonly standardError: number;
  readonly t: number;
  readonly pValue: number;
  readonly interval: [number, number];
  /** Proof against errors of different variance. */
  readonly hc1Error: number;
  readonly hc3Error: number;
  /** treated - control before; that this gap would have stayed is the assumption behind all of it. */
  readonly baselineGap: number;
  /** Mean of the treated group had it changed as the control did. */
  readonly counterfactual: number;
}

/**
 * Difference in differences of four independent samples.
 * Source: O. Ashenfelter, D. Card (1985), Review of Economics and Statistics 67:648-660. Oracle: test/stats/oracles/impact_its_did.json.
 * @throws {RangeError} for an empty sample, four values in all, or samples none of which varies
 */
export function differenceInDifferences(samples: PrePostSamples, confidence = 0.95): DifferenceInDifferences {
  requireProbability(confidence, 'confidence');
  const groups: [Sample, number, number][] = [
    [samples.controlPre, 0, 0],
    [samples.controlPost, 0, 1],
    [samples.treatedPre, 1, 0],
    [samples.treatedPost, 1, 1],
  ];
  for (const [i, name] of ['controlPre', 'controlPost', 'treatedPre', 'treatedPost'].entries())
    requireSample(groups[i]?.[0] ?? [], name);
  const y = groups.flatMap(([values]) => Array.from(values));
  const design = groups.flatMap(([values, treated, post]) =>
    Array.from({ length: values.length }, () => [1, treated, post, treated * post]),
  );
  const fit = leastSquares(design, y);
  const [effect, standardError] = [fit.coefficients[3] as number, classicalErrors(fit)[3] as number];
  // Rounding leaves an error of the constant, too.
  const varies = groups.some(([values]) => Array.from(values).some((value) => value !== values[0]));
  if (standardError === 0 || !varies)
    throw new RangeError(`no sample varies: the effect of ${effect} has no error to compare with`);
  const t = effect / standardError;
  const half = studentTQuantile(1 - (1 - confidence) / 2, fit.df) * standardError;
  const [level, gap, change] = fit.coefficients as [number, number, number];
  return {
    effect,
    standardError,
    t,
    pValue: studentTTwoSided(t, fit.df),
    interval: [effect - half, effect + half],
    hc1Error: robustErrors(fit, design, 'hc1')[3] as number,
    hc3Error: robustErrors(fit, design, 'hc3')[3] as number,
    baselineGap: gap,
    counterfactual: level + gap + change,
  };
}
