import { guardrailName } from '../domain/guardrail-name.js';
import type { GuardrailProgress, QueryProgress } from '../domain/guardrail-progress.js';
import { formatNumber } from '../domain/quantity.js';
import type { QueryGuardrail } from '../domain/spec/guardrail.js';
import type { ArmEvidence, Evidence } from '../domain/verdict.js';
import type { QueryValue } from '../ports/query-reader.js';
import { inconclusive } from './evidence.js';
import { unreadable } from './unreadable.js';

/** What was asked at one look; `baseline` is null where the query is about no one version. */
export interface QueryValues {
  readonly candidate: QueryValue;
  readonly baseline: QueryValue | null;
}

/** One look at a query guardrail; `values` is null where it is not due yet, and what it said last stands. */
export interface QueryLook {
  /** ISO, by the worker's clock. */
  readonly at: string;
  readonly values: QueryValues | null;
}

type Gap = Exclude<QueryValue, { kind: 'value' }>;
interface Limit {
  readonly value: number;
  readonly isBroken: (value: number) => boolean;
  readonly words: string;
}

/** Whether it is time to ask. Workers' clocks differ: one that is behind the last asking asks, rather than wait for it. */
export function isQueryDue(
  { interval, initialDelay = 0 }: QueryGuardrail,
  progress: QueryProgress | undefined,
  now: Date,
): boolean {
  const past = (iso: string) => now.getTime() - Date.parse(iso);
  if (progress === undefined) return initialDelay === 0;
  if (progress.askedAt === null) return past(progress.since) >= initialDelay;
  const ms = past(progress.askedAt);
  return ms < 0 || ms >= interval;
}

/**
 * A number of the candidate's against its limits. A single number has no samples, and no chance to be reckoned with: what is beyond is beyond, and
 * `failureLimit` says how often that may be. An answer that is no number is inconclusive; no answer at all is unreadable.
 */
export function judgeQuery(guardrail: QueryGuardrail, { candidate, baseline }: QueryValues): Evidence {
  const { noWorseThanBaseline, dryRun } = guardrail;
  const frame = {
    metric: guardrailName(guardrail),
    baseline: armOf(baseline),
    candidate: armOf(candidate),
    margin: noWorseThanBaseline?.margin ?? 0,
    rule: 'threshold',
    alpha: 0,
    dryRun,
  };
  const without = (arm: string, gap: Gap) => {
    const why = `${arm}: ${gap.kind}: ${gap.why}`;
    return isUnanswered(gap) ? unreadable(frame.metric, why, dryRun) : inconclusive(frame, why);
  };
  if (candidate.kind !== 'value') return without(baseline === null ? 'query' : 'candidate', candidate);
  if (noWorseThanBaseline && baseline?.kind !== 'value')
    return without('baseline', baseline ?? { kind: 'none', why: 'it was not asked' });
  const theirs = baseline?.kind === 'value' ? baseline.value : null;
  const numbers = numbersOf(candidate.value, theirs);
  const limits = limitsOf(guardrail, theirs);
  const beyond = limits.filter(({ isBroken }) => isBroken(candidate.value));
  const broken = beyond.find(({ isBroken }) => theirs === null || !isBroken(theirs));
  // Where the baseline is beyond the same threshold, going back to it would mend nothing.
  if (beyond[0] && !broken)
    return inconclusive(frame, `${numbers}; environment: the baseline is ${beyond[0].words} as well`);
  const judgement = broken ? broken.words : `within its limits: not ${limits.map(({ words }) => words).join(', not ')}`;
  return {
    ...frame,
    verdict: broken ? 'fail' : 'pass',
    reason: `${frame.metric}: ${numbers}; ${judgement}`,
    difference: theirs === null ? null : candidate.value - theirs,
    bound: broken?.value ?? limits[0]?.value ?? null,
  };
}

/** The evidence of a look at which nothing was asked. */
export function standingEvidence(guardrail: QueryGuardrail, progress: QueryProgress | undefined): Evidence {
  if (progress?.evidence) return progress.evidence;
  const why = `not asked in the first ${guardrail.initialDelay ?? 0} ms of a weight`;
  return judgeQuery(guardrail, { candidate: { kind: 'none', why }, baseline: null });
}

/** After the limits have been applied: a pass counts, and is none until there are enough of them. */
export function afterQuery(
  { count }: QueryGuardrail,
  { at, values }: QueryLook,
  before: QueryProgress | undefined,
  judged: { readonly evidence: Evidence; readonly progress: GuardrailProgress },
): { evidence: Evidence; progress: GuardrailProgress } {
  const since = before?.since ?? at;
  if (values === null) {
    const query = { askedAt: null, passes: 0, evidence: null, ...before, since };
    return { ...judged, progress: { ...judged.progress, query } };
  }
  const passes = (before?.passes ?? 0) + (judged.evidence.verdict === 'pass' ? 1 : 0);
  const evidence: Evidence =
    judged.evidence.verdict === 'pass' && passes < count
      ? { ...judged.evidence, at, verdict: 'inconclusive', reason: `${judged.evidence.reason}; ${passes} of ${count}` }
      : { ...judged.evidence, at };
  return { evidence, progress: { ...judged.progress, query: { since, askedAt: at, passes, evidence } } };
}

function limitsOf({ min, max, noWorseThanBaseline }: QueryGuardrail, baseline: number | null): Limit[] {
  const limits: Limit[] = [];
  if (min !== undefined)
    limits.push({ value: min, isBroken: (value) => value < min, words: `below ${formatNumber(min)}` });
  if (max !== undefined)
    limits.push({ value: max, isBroken: (value) => value > max, words: `above ${formatNumber(max)}` });
  if (noWorseThanBaseline && baseline !== null) {
    const { margin, relative, direction } = noWorseThanBaseline;
    const allowed = relative ? margin * Math.abs(baseline) : margin;
    const isUp = direction === 'increase';
    const value = isUp ? baseline + allowed : baseline - allowed;
    const by = relative ? `${formatNumber(100 * margin)} %` : formatNumber(margin);
    limits.push({
      value,
      isBroken: (given) => (isUp ? given > value : given < value),
      words: `more than ${by} ${isUp ? 'above' : 'below'} the baseline`,
    });
  }
  return limits;
}

function numbersOf(candidate: number, baseline: number | null): string {
  if (baseline === null) return formatNumber(candidate);
  return `candidate ${formatNumber(candidate)}, baseline ${formatNumber(baseline)}`;
}

/** Whether nobody gave an answer, as opposed to an answer that is no number. */
function isUnanswered({ kind }: Gap): boolean {
  switch (kind) {
    case 'timeout':
    case 'refused':
    case 'invalid':
    case 'unreachable':
    case 'error':
      return true;
    case 'none':
    case 'nan':
    case 'inf':
    case 'many':
    case 'stale':
      return false;
  }
}

function armOf(value: QueryValue | null): ArmEvidence {
  return value?.kind === 'value' ? { samples: 1, value: value.value } : { samples: 0, value: null };
}
