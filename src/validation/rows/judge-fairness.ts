import type { ComparedArm } from '../../domain/experiment.js';
import { DEFAULT_MIN_ROWS } from '../../domain/spec/validation/check-fields.js';
import type { CheckResult, SliceResult } from '../../domain/validation.js';
import { judgeValue, limitsOf, needsBaseline, result } from '../judge-value.js';
import { classFault, positiveOf } from './class-space.js';
import { MOST_TEXTS, NONE } from './dictionary.js';
import type { FairnessCheck } from './row-checks.js';
import type { RowChecksTally } from './row-tally.js';
import { keyOf } from './wanted.js';

const MOST_GROUPS = 50;

/** Of the rows of one group. null: the group has no rows to tell it. */
interface Group {
  readonly group: string;
  readonly rows: number;
  /** Shares of: predicted yes; yes among true yes; yes among true no; true yes among predicted yes; right predictions. */
  readonly selected: number | null;
  readonly truePositive: number | null;
  readonly falsePositive: number | null;
  readonly precision: number | null;
  readonly accuracy: number | null;
}

type Rate = 'selected' | 'truePositive' | 'falsePositive' | 'precision' | 'accuracy';

/** The rates whose widest gap counts. */
const RATES: Record<FairnessCheck['metric'], readonly Rate[]> = {
  demographic_parity: ['selected'],
  equal_opportunity: ['truePositive'],
  equalized_odds: ['truePositive', 'falsePositive'],
  predictive_parity: ['precision'],
  accuracy_gap: ['accuracy'],
};
const RATE_TEXT: Record<Rate, string> = {
  selected: 'predictions',
  truePositive: 'true positives',
  falsePositive: 'true negatives',
  precision: 'predicted positives',
  accuracy: 'labels',
};

interface Gap {
  readonly groups: readonly Group[];
  readonly samples: number;
  readonly value: number | null;
  readonly unknown?: string;
  /** A group with enough rows that can't be measured: the gap may be wider. */
  readonly unmeasured?: string;
  readonly rate: Rate;
}

/**
 * The widest gap between two groups, as fairlearn's `difference` between groups has it: `demographic_parity_difference`,
 * `equal_opportunity_difference`, `equalized_odds_difference` (worst case) and MetricFrame's differences of precision and accuracy. Unlike there, a group
 * without a row to tell its rate is not taken for 0: it leaves the check inconclusive. Oracle: test/validation/rows/fixtures (fairlearn).
 */
export function judgeFairness(check: FairnessCheck, tally: RowChecksTally): CheckResult {
  const values = tally.slices.get(check.by);
  if (values === undefined || values.full)
    return result(check, {
      verdict: 'inconclusive',
      reason: `column "${check.by}" has more than ${MOST_TEXTS} different values, too many for groups`,
      limits: limitsOf(check),
      better: 'lower',
    });
  const candidate = gapOf(check, tally, 'candidate');
  const baseline = needsBaseline(check) ? gapOf(check, tally, 'baseline') : null;
  const own = judgeValue({
    check,
    candidate: { samples: candidate.samples, value: candidate.value },
    ...(baseline === null ? {} : { baseline: { samples: baseline.samples, value: baseline.value } }),
    better: 'lower',
    ...(candidate.unknown === undefined ? {} : { unknown: candidate.unknown }),
    details: { groups: candidate.groups.slice(0, MOST_GROUPS) },
  });
  return explained(check, own, candidate, baseline);
}

function explained(check: FairnessCheck, own: CheckResult, candidate: Gap, baseline: Gap | null): CheckResult {
  const { judged, few } = bySize(check, candidate.groups);
  const rated = judged.filter((group) => group[candidate.rate] !== null);
  const ordered = rated.sort((a, b) => (a[candidate.rate] as number) - (b[candidate.rate] as number));
  const [lowest, top] = [ordered[0], ordered[ordered.length - 1]];
  const parts = [own.reason];
  if (lowest && top && lowest !== top)
    parts.push(`lowest in ${check.by}=${lowest.group}, highest in ${check.by}=${top.group}`);
  if (candidate.unmeasured !== undefined) parts.push(candidate.unmeasured);
  if (few.length > 0) {
    const names = few.slice(0, 5).map(({ group }) => group);
    parts.push(
      `left out with fewer than ${check.minRows ?? DEFAULT_MIN_ROWS} rows: ${names.join(', ')}${few.length > 5 ? ' …' : ''}`,
    );
  }
  const missing = own.verdict === 'pass' && (candidate.unmeasured ?? baseline?.unmeasured) !== undefined;
  const theirs = (group: string) => baseline?.groups.find((other) => other.group === group)?.[candidate.rate] ?? null;
  const slices = [...ordered, ...judged.filter((group) => !rated.includes(group)), ...few].map(
    (group): SliceResult => ({
      slice: group.group,
      rows: group.rows,
      candidate: group[candidate.rate],
      baseline: theirs(group.group),
      verdict: !rated.includes(group)
        ? 'inconclusive'
        : own.verdict === 'fail' && (group === lowest || group === top)
          ? 'fail'
          : 'pass',
    }),
  );
  return {
    ...own,
    verdict: missing ? 'inconclusive' : own.verdict,
    reason: parts.join('; '),
    slices: slices.slice(0, MOST_GROUPS),
    ...(lowest === undefined ? {} : { slice: lowest.group }),
  };
}

function bySize({ minRows = DEFAULT_MIN_ROWS }: FairnessCheck, groups: readonly Group[]) {
  return {
    judged: groups.filter(({ rows }) => rows >= minRows),
    few: groups.filter(({ rows }) => rows < minRows),
  };
}

function gapOf(check: FairnessCheck, tally: RowChecksTally, arm: ComparedArm): Gap {
  const [first] = RATES[check.metric] as readonly [Rate];
  const nothing = (unknown: string, groups: readonly Group[] = [], samples = 0): Gap => ({
    groups,
    samples,
    value: null,
    unknown,
    rate: first,
  });
  const fault = classFault(tally, arm, check.by);
  if (fault !== null) return nothing(fault);
  const positive = check.metric === 'accuracy_gap' ? NONE : positiveOf(tally, arm, check.positive);
  if (typeof positive === 'string') return nothing(positive);
  const groups = groupsOf(check, tally, arm, positive);
  const { judged } = bySize(check, groups);
  const samples = judged.reduce((sum, { rows }) => sum + rows, 0);
  if (judged.length < 2)
    return nothing(
      `${judged.length} of ${groups.length} groups have at least ${check.minRows ?? DEFAULT_MIN_ROWS} rows`,
      groups,
      samples,
    );
  const gaps = RATES[check.metric].map((rate) => ({ rate, gap: widest(judged, rate) }));
  const [worst] = gaps.filter(({ gap }) => gap !== null).sort((a, b) => (b.gap as number) - (a.gap as number));
  const lacking = RATES[check.metric].flatMap((rate) =>
    judged.filter((group) => group[rate] === null).map((group) => ({ group, rate })),
  )[0];
  const unmeasured = lacking && `${check.by}=${lacking.group.group} has no ${RATE_TEXT[lacking.rate]}`;
  if (worst === undefined) return nothing(unmeasured ?? 'no group can be measured', groups, samples);
  return { groups, samples, value: worst.gap, rate: worst.rate, ...(unmeasured === undefined ? {} : { unmeasured }) };
}

/** null where fewer than two groups have the rate. */
function widest(groups: readonly Group[], rate: Rate): number | null {
  const rates = groups.flatMap((group) => group[rate] ?? []);
  return rates.length < 2 ? null : Math.max(...rates) - Math.min(...rates);
}

function groupsOf(check: FairnessCheck, tally: RowChecksTally, arm: ComparedArm, positive: number): Group[] {
  const values = tally.slices.get(check.by);
  const counts = tally.counts.get(keyOf({ arm, by: check.by }))?.bySlice() ?? new Map();
  return [...counts].map(([slice, all]) => {
    const labelled = all.labelled();
    const ids = [...new Set([...labelled.labels(), positive])];
    const matrix: number[][] = labelled.matrix(ids);
    const yes = ids.indexOf(positive);
    const actual = (matrix[yes] ?? []).reduce((sum, count) => sum + count, 0);
    const guessed = matrix.reduce((sum, row) => sum + (row[yes] ?? 0), 0);
    const hits = matrix[yes]?.[yes] ?? 0;
    const right = matrix.reduce((sum, row, at) => sum + (row[at] as number), 0);
    return {
      group: values?.textOf(slice) ?? '',
      rows: all.rows,
      selected: ratio(all.of('predicted').get(positive) ?? 0, all.rows),
      truePositive: ratio(hits, actual),
      falsePositive: ratio(guessed - hits, labelled.rows - actual),
      precision: ratio(hits, guessed),
      accuracy: ratio(right, labelled.rows),
    };
  });
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
