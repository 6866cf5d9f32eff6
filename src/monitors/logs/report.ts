import { LOG_CATEGORIES, type LogCategory, MOST_TEMPLATES } from '../../domain/log-line.js';
import type { LogCount, LogSpan, LogStore } from '../../ports/log-store.js';
import type { ArmsOf } from './arms.js';
import { compareVersions, type DifferenceKind } from './compare.js';
import { judgeRates, type Rates } from './rates.js';
import { linesByVersion, type Signature, signaturesOf, totalOf, type VersionLines } from './signatures.js';

/** Of templates by version and time that are read for one report. */
export const MOST_COUNTS = 50_000;
const TOP = 10;
const MOST_NEW = 50;
const POINTS = 48;
const MINUTE_MS = 60_000;
/** As the monitor's own defaults. */
const LIMITS = { minCount: 5, ratio: 3, alpha: 0.001 };
const DEVIATIONS = 5;

/** A signature as it is printed. */
export interface ReportedSignature extends Omit<Signature, 'errors'> {
  readonly total: number;
  readonly errors: Readonly<Record<string, number>>;
}

export interface LogReport {
  readonly service: string;
  readonly since: string;
  readonly until: string;
  readonly lines: number;
  /** Those of no known version under the empty name. */
  readonly versions: readonly (VersionLines & { readonly version: string })[];
  readonly categories: readonly {
    readonly category: LogCategory;
    readonly errors: number;
    readonly top: readonly ReportedSignature[];
  }[];
  /** First seen within the span. */
  readonly newSignatures: readonly ReportedSignature[];
  readonly differences: readonly {
    readonly kind: DifferenceKind;
    readonly signature: ReportedSignature;
    readonly candidate: number;
    readonly baseline: number;
    readonly pValue: number;
  }[];
  /** Who was compared; null: there is no candidate. */
  readonly compared: { readonly baseline: string; readonly candidate: string } | null;
  readonly rates: Rates;
}

/** What a span of a service's logs comes to. */
export async function logReport(store: LogStore, armsOf: ArmsOf, span: LogSpan): Promise<LogReport> {
  const windowMs = Math.max(1, Math.ceil(lengthOf(span) / POINTS / MINUTE_MS)) * MINUTE_MS;
  const [counts, templates, series, arms] = await Promise.all([
    store.counts(span, MOST_COUNTS),
    store.templates(span.service, MOST_TEMPLATES),
    // The window under way is not over yet, and would seem quiet.
    store.series(span, windowMs),
    armsOf(span),
  ]);
  const byVersion = linesByVersion(counts);
  const signatures = signaturesOf(counts, templates);
  const { baseline, candidate } = arms;
  const compared = baseline === null || candidate === null ? null : { baseline, candidate };
  return {
    ...span,
    lines: [...byVersion.values()].reduce((sum, one) => sum + one.lines, 0),
    versions: [...byVersion].map(([version, one]) => ({ version, ...one })).toSorted((a, b) => b.lines - a.lines),
    categories: categoriesOf(signatures),
    newSignatures: signatures
      .filter(({ firstSeen }) => firstSeen !== null && firstSeen >= span.since)
      .slice(0, MOST_NEW)
      .map(reported),
    differences: compared === null ? [] : differencesOf(signatures, counts, compared),
    compared,
    rates: judgeRates(series, wholeWindows(span, windowMs), windowMs, DEVIATIONS),
  };
}

function categoriesOf(signatures: readonly Signature[]): LogReport['categories'] {
  return LOG_CATEGORIES.flatMap((category) => {
    const some = signatures.filter((one) => one.category === category);
    const errors = some.reduce((sum, one) => sum + totalOf(one), 0);
    return errors === 0 ? [] : [{ category, errors, top: some.slice(0, TOP).map(reported) }];
  }).toSorted((a, b) => b.errors - a.errors);
}

/** By lines: both versions of a span that may be long, over which weights change. */
function differencesOf(
  signatures: readonly Signature[],
  counts: readonly LogCount[],
  { baseline, candidate }: { baseline: string; candidate: string },
): LogReport['differences'] {
  const linesOf = (version: string) => linesByVersion(counts).get(version)?.lines ?? 0;
  const [ofCandidate, ofBaseline] = [linesOf(candidate), linesOf(baseline)];
  if (ofCandidate === 0 || ofBaseline === 0) return [];
  return compareVersions(
    signatures,
    { version: candidate, exposure: ofCandidate },
    { version: baseline, exposure: ofBaseline },
    null,
    LIMITS,
  ).map((one) => ({
    kind: one.kind,
    signature: reported(one.signature),
    candidate: one.candidate,
    baseline: one.baseline,
    pValue: one.pValue,
  }));
}

function reported(signature: Signature): ReportedSignature {
  return { ...signature, total: totalOf(signature), errors: Object.fromEntries(signature.errors) };
}

function lengthOf({ since, until }: LogSpan): number {
  return Date.parse(until) - Date.parse(since);
}

function wholeWindows(span: LogSpan, windowMs: number): LogSpan {
  const whole = Math.floor(lengthOf(span) / windowMs) * windowMs;
  return { ...span, until: new Date(Date.parse(span.since) + whole).toISOString() };
}
