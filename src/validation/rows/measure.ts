import { DEFAULT_MIN_ROWS } from '../../domain/spec/validation/check-fields.js';
import type { ValidationCheck } from '../../domain/spec/validation/index.js';
import type { CheckLimits, CheckResult, SliceResult } from '../../domain/validation.js';
import { judged, judgeValue, limitsOf, result, VERDICT_RANK } from '../judge-value.js';
import { MOST_TEXTS } from './dictionary.js';
import type { RowChecksTally } from './row-tally.js';

/** One number of one version in one slice. */
export interface Measured {
  /** Rows it rests on. */
  readonly samples: number;
  readonly value: number | null;
  /** Why there is no value, where there is none. */
  readonly unknown?: string;
}

/** A metric of one version. */
export interface Measure {
  /** Ids of the slices that have rows. */
  readonly slices: () => readonly number[];
  readonly of: (slice: number) => Measured;
}

export interface Measurement {
  readonly candidate: Measure;
  /** null: the baseline is not compared with. */
  readonly baseline: Measure | null;
  /** null: the nearer to 0 the better. */
  readonly better: 'higher' | 'lower' | null;
  /** Whether it rests on a sample of the rows. */
  readonly sampled?: boolean;
  /** What a report shows beside the number, of the slice that decided. */
  readonly details?: (slice: number) => Readonly<Record<string, unknown>> | undefined;
}

const MOST_SLICES = 50;

/** A measure that tells nothing, and why. */
export function unmeasured(unknown: string, samples = 0): Measure {
  return { slices: () => [0], of: () => ({ samples, value: null, unknown }) };
}

/** Judges all rows as one, or each slice with enough rows: then the worst one decides. */
export function judgeMeasurement(check: ValidationCheck, tally: RowChecksTally, found: Measurement): CheckResult {
  const by = 'by' in check ? check.by : undefined;
  if (by === undefined) return withDetails(judgeSlice(check, tally, found, 0), found, 0);
  const values = tally.slices.get(by);
  if (values === undefined || values.full)
    return result(check, {
      verdict: 'inconclusive',
      reason: `column "${by}" has more than ${MOST_TEXTS} different values, too many for slices`,
      limits: limitsOf(check),
      better: found.better,
    });
  const least = ('minRows' in check ? check.minRows : undefined) ?? DEFAULT_MIN_ROWS;
  const slices = found.candidate.slices().map((slice) => ({
    slice,
    text: values.textOf(slice),
    isJudged: found.candidate.of(slice).samples >= least,
    result: judgeSlice(check, tally, found, slice),
  }));
  return worstOf(check, found, slices.sort(bySeverity(found.better)), least);
}

interface Slice {
  readonly slice: number;
  readonly text: string;
  readonly isJudged: boolean;
  readonly result: CheckResult;
}

function worstOf(check: ValidationCheck, found: Measurement, slices: readonly Slice[], least: number): CheckResult {
  const judgedOnes = slices.filter(({ isJudged }) => isJudged);
  const list = slices.slice(0, MOST_SLICES).map(lineOf);
  const few = slices.length - judgedOnes.length;
  const [worst] = judgedOnes;
  const by = 'by' in check ? check.by : '';
  if (worst === undefined)
    return result(check, {
      verdict: 'inconclusive',
      reason: slices.length === 0 ? 'no rows' : `none of ${slices.length} slices by ${by} has at least ${least} rows`,
      limits: limitsOf(check),
      better: found.better,
      slices: list,
    });
  const failing = judgedOnes.filter(({ result: { verdict } }) => verdict === 'fail').length;
  const { name, reason } = worst.result;
  const parts = [
    `${name}: slice ${by}=${worst.text}: ${reason.slice(name.length + 2)}`,
    ...(failing > 1 ? [`${failing} of ${judgedOnes.length} slices fail`] : []),
    ...(few > 0 ? [`${few} slices with fewer than ${least} rows are not judged`] : []),
  ];
  return {
    ...withDetails(worst.result, found, worst.slice),
    reason: parts.join('; '),
    slice: worst.text,
    slices: list,
  };
}

function lineOf({ text, isJudged, result: { candidate, baseline, verdict } }: Slice): SliceResult {
  return {
    slice: text,
    rows: candidate.samples,
    candidate: candidate.value,
    baseline: baseline.value,
    verdict: isJudged ? verdict : 'inconclusive',
  };
}

const TOO_FEW = 3;

/** The worst first: those that fail, then those that could not be measured; slices that are not judged last. */
function bySeverity(better: Measurement['better']): (a: Slice, b: Slice) => number {
  const rank = ({ isJudged, result: { verdict } }: Slice) => (isJudged ? VERDICT_RANK[verdict] : TOO_FEW);
  const badness = ({ value }: { readonly value: number | null }) => {
    if (value === null) return 0;
    return better === 'higher' ? -value : better === 'lower' ? value : Math.abs(value);
  };
  return (a, b) =>
    rank(a) - rank(b) ||
    badness(b.result.candidate) - badness(a.result.candidate) ||
    (a.text < b.text ? -1 : Number(a.text > b.text));
}

function judgeSlice(check: ValidationCheck, tally: RowChecksTally, found: Measurement, slice: number): CheckResult {
  const candidate = tally.rows === 0 ? { samples: 0, value: null, unknown: 'no rows' } : found.candidate.of(slice);
  const baseline = found.baseline?.of(slice);
  const arm = ({ samples, value }: Measured) => ({ samples, value });
  const limits = limitsOf(check);
  const measured = {
    check,
    candidate: arm(candidate),
    ...(baseline === undefined ? {} : { baseline: arm(baseline) }),
    better: found.better,
    ...(found.sampled ? { counted: `rows, a sample of ${tally.rows}` } : {}),
    ...(candidate.unknown === undefined ? {} : { unknown: candidate.unknown }),
  };
  const own = judgeValue(found.better === null ? { ...measured, limits: withoutBaseline(limits) } : measured);
  const told = { ...own, limits, reason: withWhy(own, candidate, baseline) };
  if (found.better !== null || limits.noWorseThan === undefined || own.verdict !== 'pass') return told;
  const size = (m: Measured) => ({ samples: m.samples, value: m.value === null ? null : Math.abs(m.value) });
  const compared = judged(
    {
      check,
      candidate: size(candidate),
      baseline: size(baseline ?? { samples: 0, value: null }),
      better: 'lower',
    },
    { noWorseThan: limits.noWorseThan, ...(limits.margin === undefined ? {} : { margin: limits.margin }) },
  );
  return { ...told, verdict: compared.verdict, reason: [told.reason, ...compared.faults].join('; ') };
}

/** Of two signed values, neither more nor less is better: their sizes are compared. */
function withoutBaseline({ min, max }: CheckLimits): CheckLimits {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function withWhy({ reason, limits }: CheckResult, candidate: Measured, baseline: Measured | undefined): string {
  const missing = limits.noWorseThan !== undefined && candidate.value !== null && baseline?.value === null;
  return missing && baseline.unknown !== undefined ? `${reason}: ${baseline.unknown}` : reason;
}

function withDetails(of: CheckResult, found: Measurement, slice: number): CheckResult {
  const details = {
    ...found.details?.(slice),
    ...(found.sampled ? { sample: { rows: of.candidate.samples } } : {}),
  };
  return Object.keys(details).length === 0 ? of : { ...of, details };
}
