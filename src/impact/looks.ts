/** Looks before the last one act on overwhelming evidence only, so that the last one can have the whole error budget. */
const EARLY_ALPHA = 0.001;

/**
 * The chance of a false claim that a look has: at an early one a thousandth, at the last one all that was asked for. Looking early costs hardly anything
 * then. Source: J. L. Haybittle (1971), British J. Radiology 44:793-797; R. Peto et al. (1976), British J. Cancer 34:585-612.
 */
export function alphaOfLook(alpha: number, isFinal: boolean): number {
  return isFinal ? alpha : Math.min(EARLY_ALPHA, alpha / 10);
}
