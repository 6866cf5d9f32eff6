import { OTHER_TEMPLATE } from '../../domain/log-line.js';
import { adjustPValues, binomialUpper } from '../../stats/index.js';
import { type Signature, totalOf } from './signatures.js';

/** One version: its name and what its errors are counted by. */
export interface Exposed {
  readonly version: string;
  readonly exposure: number;
}

export interface Limits {
  readonly minCount: number;
  readonly ratio: number;
  readonly alpha: number;
}

/**
 * `only`: the candidate has it and the baseline never had; `more`: the candidate has it more often; `both`: new to both, and to one no more than
 * to the other.
 */
export type DifferenceKind = 'only' | 'more' | 'both';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly signature: Signature;
  readonly candidate: number;
  readonly baseline: number;
  /** How many times as often the candidate has it; null where the baseline has none. */
  readonly ratio: number | null;
  /** Adjusted for the number of signatures. */
  readonly pValue: number;
}

/**
 * Error signatures in which a candidate differs from the concurrent baseline. Given that a signature came k times, the candidate's part of
 * them is binomial with its share of the exposure, if both have it equally often: the conditional test of two Poisson rates; adjusted by Holm.
 * Source: J. Przyborowski, H. Wilenski (1940), Biometrika 31:313-323.
 * @param knownBefore ids of signatures that were there before the window, with any version but the candidate; null: nobody knows
 */
export function compareVersions(
  signatures: readonly Signature[],
  candidate: Exposed,
  baseline: Exposed,
  knownBefore: ReadonlySet<string> | null,
  { minCount, ratio: leastRatio, alpha }: Limits,
): Difference[] {
  const share = candidate.exposure / (candidate.exposure + baseline.exposure);
  const counted = signatures
    .map((signature) => ({
      signature,
      candidate: signature.errors.get(candidate.version) ?? 0,
      baseline: signature.errors.get(baseline.version) ?? 0,
    }))
    .filter((one) => one.candidate + one.baseline >= minCount);
  const pValues = counted.map((one) => binomialUpper(one.candidate, one.candidate + one.baseline, share));
  const adjusted = adjustPValues(pValues, 'holm');
  return counted.flatMap((one, i) => {
    const pValue = adjusted[i] ?? 1;
    const ratio = one.baseline === 0 ? null : one.candidate / candidate.exposure / (one.baseline / baseline.exposure);
    const isWorse = one.candidate >= minCount && pValue <= alpha && (ratio === null || ratio >= leastRatio);
    const isKnown = one.signature.id === OTHER_TEMPLATE || knownBefore?.has(one.signature.id) === true;
    const kind = kindOf({
      isWorse,
      isKnown,
      isInBoth: ratio !== null && one.candidate > 0,
      isPastKnown: knownBefore !== null,
    });
    return kind === null ? [] : [{ ...one, kind, ratio, pValue }];
  });
}

function kindOf(is: {
  isWorse: boolean;
  isKnown: boolean;
  isInBoth: boolean;
  isPastKnown: boolean;
}): DifferenceKind | null {
  if (is.isWorse) return is.isInBoth || is.isKnown ? 'more' : 'only';
  return is.isInBoth && is.isPastKnown && !is.isKnown ? 'both' : null;
}

/** Error signatures that nobody had before, where there is nobody to compare with. */
export function newSignatures(
  signatures: readonly Signature[],
  knownBefore: ReadonlySet<string>,
  minCount: number,
): Signature[] {
  return signatures.filter((one) => one.id !== OTHER_TEMPLATE && !knownBefore.has(one.id) && totalOf(one) >= minCount);
}
