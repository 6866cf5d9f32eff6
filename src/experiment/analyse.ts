import { SluiceError } from '../domain/errors.js';
import type {
  ExperimentReading,
  ExperimentReport,
  IntegrityFinding,
  MetricEstimate,
  MetricReading,
  PlannedExperiment,
  UnitReading,
} from '../domain/experiment.js';
import { formatCount } from '../domain/quantity.js';
import type { AbTest } from '../domain/spec/experiment.js';
import { type MetricDefinition, metricNamed } from '../domain/spec/metric-definition.js';
import { type Conclusion, decide, isAtHorizon, overallVerdict, type Progress } from './decide.js';
import { designOf, type ExperimentDesign } from './design.js';
import type { Rule } from './difference.js';
import { integrityFindings } from './integrity.js';
import { type Bench, isNonInferiorOneSided, judgeFamily, judgeGuardrail, judgePrimary } from './judge.js';
import { type Measured, measure, type Subject } from './measure.js';
import { metricFindings } from './metric-faults.js';
import { noveltyOf } from './novelty.js';
import { sampleSize, UNPLANNED_TUNING } from './sample-size.js';

export type Planned = Pick<PlannedExperiment, 'neededPerArm' | 'tuning'>;

/**
 * One look at an experiment. Pure: the same reading gives the same report.
 * @param metrics the spec's own definitions
 * @param now ISO
 * @param planned from before it began; without, the sample needed follows from the reading, and a sequence is sharpest at 5000 units
 * @throws {SluiceError} SPEC_INVALID for a metric that nobody defines
 */
export function analyseExperiment(
  plan: AbTest,
  metrics: readonly MetricDefinition[],
  reading: ExperimentReading,
  now: string,
  planned: Planned | null = null,
): ExperimentReport {
  const design = designOf(plan);
  const parts = measureAll(design, metrics, reading);
  const need = planned?.neededPerArm ?? neededNow(parts.primary, design);
  const have = unitsOf(parts.primary, reading);
  const progress = progressOf(design, reading, now, need !== null && have >= need);
  const findings = findingsOf(design, parts, reading);
  const bench = benchOf(design, findings, progress, planned, { have, need });
  const primary = judgePrimary(parts.primary, bench);
  const guardrails = parts.guardrails.map((measured) => judgeGuardrail(measured, bench));
  const family = judgeFamily(parts.family, bench);
  const voids = findings.filter((finding) => isVoidForAll(finding, design));
  const isNonInferior =
    isNonInferiorOneSided(parts.primary, bench) && guardrails.every(({ verdict }) => isSafe(verdict));
  const conclusion = decide(overallVerdict(primary, guardrails), voids, design, progress, isNonInferior);
  return {
    at: reading.at,
    since: reading.since,
    hypothesis: design.hypothesis,
    verdict: conclusion.verdict,
    decision: conclusion.decision,
    reason: reasonOf(conclusion, primary, guardrails, voids),
    findings,
    estimates:
      voids.length > 0 ? [primary, ...guardrails, ...family].map(withoutVerdict) : [primary, ...guardrails, ...family],
    novelty: noveltyOf(readingOf(reading, design.primary).days, parts.primary, design),
    units: { have, need },
  };
}

interface Parts {
  readonly primary: Measured;
  readonly guardrails: readonly Measured[];
  /** Secondary metrics, and the primary one by segment. */
  readonly family: readonly Measured[];
}

function measureAll(design: ExperimentDesign, defined: readonly MetricDefinition[], reading: ExperimentReading): Parts {
  const subject = (
    name: string,
    rest: Pick<Subject, 'role' | 'scale' | 'margin'>,
    segment: string | null = null,
  ): Subject => {
    const metric = metricNamed(name, defined);
    if (metric === undefined) throw new SluiceError('SPEC_INVALID', `metric ${name} is not defined`);
    const of = readingOf(reading, name);
    return { metric, ...rest, segment, reading: segment === null ? of.all : (of.segments[segment] ?? NOT_READ) };
  };
  const { scale, margin } = design;
  return {
    primary: measure(subject(design.primary, { role: 'primary', scale, margin })),
    guardrails: design.guardrails.map((guardrail) =>
      measure(subject(guardrail.metric, { role: 'guardrail', scale: guardrail.scale, margin: guardrail.margin })),
    ),
    family: [
      // The margin is in the primary metric's unit.
      ...design.secondary.map((name) => measure(subject(name, { role: 'secondary', scale, margin: null }))),
      ...design.segments.map((name) => measure(subject(design.primary, { role: 'primary', scale, margin }, name))),
    ],
  };
}

const NOT_READ: UnitReading = { kind: 'unreadable', reason: 'it was not read' };

function readingOf({ metrics }: ExperimentReading, name: string): MetricReading {
  return metrics.find(({ metric }) => metric === name) ?? { metric: name, all: NOT_READ, segments: {}, days: [] };
}

/** Units of the smaller arm. */
function unitsOf({ units, subject }: Measured, { integrity }: ExperimentReading): number {
  const of = subject.reading.kind === 'unreadable' ? integrity.units : units;
  return Math.min(of.baseline, of.candidate);
}

function neededNow({ subject, arms, fault }: Measured, design: ExperimentDesign): number | null {
  if (arms === null || fault !== null) return null;
  return sampleSize(subject.metric, design, arms.baseline)?.perArm ?? null;
}

function progressOf(
  design: ExperimentDesign,
  { since, at }: ExperimentReading,
  now: string,
  isComplete: boolean,
): Progress {
  const elapsedMs = Date.parse(now) - Date.parse(since);
  const readMs = Date.parse(at) - Date.parse(since);
  return { elapsedMs, readMs, isComplete, isOver: elapsedMs >= design.maxDurationMs };
}

function findingsOf(
  design: ExperimentDesign,
  { primary, guardrails, family }: Parts,
  { integrity }: ExperimentReading,
): IntegrityFinding[] {
  const wholes = [primary, ...guardrails, ...family.filter(({ subject }) => subject.segment === null)];
  return [
    ...integrityFindings(integrity, design),
    ...wholes.flatMap((measured) => metricFindings(measured, integrity)),
  ];
}

/** A secondary metric that is worth nothing leaves the others what they are. */
function isVoidForAll({ severity, subject }: IntegrityFinding, { secondary }: ExperimentDesign): boolean {
  return severity === 'void' && !secondary.includes(subject);
}

function benchOf(
  design: ExperimentDesign,
  findings: readonly IntegrityFinding[],
  progress: Progress,
  planned: Planned | null,
  { have, need }: { have: number; need: number | null },
): Bench {
  const isMetric = ({ code }: IntegrityFinding) => code === 'currencies' || code === 'constant';
  const voids = findings.filter((finding) => finding.severity === 'void' && isMetric(finding));
  const rule: Rule =
    design.test === 'fixed'
      ? { kind: 'fixed' }
      : { kind: 'sequential', tuning: design.tuning ?? planned?.tuning ?? UNPLANNED_TUNING };
  const isDue = design.test === 'sequential' || isAtHorizon(design, progress);
  const sample = need === null ? 'the planned sample' : `${formatCount(need)} units an arm`;
  return {
    design,
    rule,
    notYet: isDue ? null : `judged once, with ${sample}; there are ${formatCount(have)}`,
    voids: new Map(voids.map(({ subject, reason }) => [subject, reason])),
  };
}

function isSafe(verdict: MetricEstimate['verdict']): boolean {
  return verdict === 'superior' || verdict === 'non-inferior';
}

function withoutVerdict(estimate: MetricEstimate): MetricEstimate {
  return { ...estimate, verdict: 'inconclusive', reason: `${estimate.metric}: no verdict is given, see the findings` };
}

function reasonOf(
  { verdict, why }: Conclusion,
  primary: MetricEstimate,
  guardrails: readonly MetricEstimate[],
  voids: readonly IntegrityFinding[],
): string {
  if (voids.length > 0) return why;
  // A guardrail speaks where it is what stands in the way.
  const blocking = isSafe(verdict) ? [] : guardrails.filter(({ verdict: own }) => !isSafe(own));
  return [primary.reason, ...blocking.map(({ reason }) => reason), why].join('; ');
}
