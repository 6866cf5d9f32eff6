import type { Finding, MonitorOutcome, MonitorRun, MonitorValue } from '../../domain/monitor.js';
import type { ModelCheck, ModelMonitor } from '../../domain/spec/monitors/model.js';
import type { LabelledInputRow, OutcomeRow, OutputRow } from '../../ports/monitor-data.js';
import type { ConceptDrift } from '../../stats/drift/concept.js';
import { type Comparison, findingsOf } from '../windows/comparison.js';
import type { FoundWindows } from '../windows/find-windows.js';
import { inTime, type Pair, type TimedPair } from '../windows/in-time.js';
import { outcomeOf } from '../windows/outcome.js';
import { confidenceFalls, confidenceOf, confidenceValues, labelComparison, labelShift, scoresOf } from './answers.js';
import { conceptComparison, conceptOf } from './concept.js';
import { brokenLimits, qualityFalls, qualityOf, qualityValues } from './quality.js';

export interface ModelRows {
  readonly outputs: Pair<OutputRow>;
  readonly outcomes: Pair<OutcomeRow>;
  readonly inputs: Pair<LabelledInputRow>;
  /** Predictions in the stretch of the labelled ones, labelled or not. */
  readonly predictedMeanwhile: number;
}

/** With each reference in the order of time. */
interface TimedRows extends ModelRows {
  readonly outputs: TimedPair<OutputRow>;
  readonly outcomes: TimedPair<OutcomeRow>;
  readonly inputs: TimedPair<LabelledInputRow>;
}

/** What one check came to. */
interface Part {
  readonly comparisons?: readonly Comparison[];
  readonly findings?: readonly Finding[];
  readonly gaps?: readonly string[];
  readonly values?: readonly MonitorValue[];
  readonly details?: Readonly<Record<string, unknown>>;
}

type Found = Extract<FoundWindows, { kind: 'found' }>;

export function evaluateModel(
  spec: ModelMonitor,
  windows: Found,
  rows: ModelRows,
  run: Pick<MonitorRun, 'service' | 'monitor' | 'at'>,
): MonitorOutcome {
  const { version, reference, current } = windows;
  const timed = {
    ...rows,
    outputs: inTime(rows.outputs, windows.isOwnPast),
    outcomes: inTime(rows.outcomes, windows.isOwnPast),
    inputs: inTime(rows.inputs, windows.isOwnPast),
  };
  const parts = spec.checks.map((check) => blamed(check, partOf(check, spec, timed, version), windows.isOwnPast));
  const comparisons = parts.flatMap((part) => part.comparisons ?? []);
  const values = parts.flatMap((part) => part.values ?? []);
  const measured = values.filter(({ value }) => value !== null).slice(0, 4);
  const oldest = [rows.outputs.current.at(-1)?.at, rows.outcomes.current.at(-1)?.at].filter((at) => at !== undefined);
  return outcomeOf(run, {
    kind: 'model',
    window: { since: oldest.sort()[0] ?? current.since, until: current.until },
    findings: [...parts.flatMap((part) => part.findings ?? []), ...findingsOf(comparisons, spec.alpha)],
    gaps: parts.flatMap((part) => part.gaps ?? []),
    values,
    summary: `${version} answers as in the reference: ${measured.map(({ metric, value }) => `${metric} ${round(value ?? 0)}`).join(', ')}`,
    details: {
      version,
      reference: { version: reference.version, since: reference.since, until: reference.until },
      rows: {
        outputs: [rows.outputs.reference.length, rows.outputs.current.length],
        labelled: [rows.outcomes.reference.length, rows.outcomes.current.length],
        labelledInputs: [rows.inputs.reference.length, rows.inputs.current.length],
      },
      ...Object.assign({}, ...parts.map((part) => part.details ?? {})),
    },
    state: windows.state,
  });
}

function partOf(check: ModelCheck, spec: ModelMonitor, rows: TimedRows, version: string): Part {
  switch (check) {
    case 'quality':
      return quality(spec, rows, version);
    case 'confidence':
      return confidence(spec, rows, version);
    case 'output':
      return output(spec, rows, version);
    case 'concept':
      return concept(spec, rows, version);
  }
}

/**
 * A version never changes: where it differs from its own past, the world has. Its quality is still its own, as it is the version that no
 * longer fits and has to go.
 */
function blamed(check: ModelCheck, part: Part, isOwnPast: boolean): Part {
  if (check === 'quality' || !isOwnPast || part.comparisons === undefined) return part;
  const comparisons = part.comparisons.map((one) => ({
    ...one,
    finding: { ...one.finding, cause: 'environment' as const },
  }));
  return { ...part, comparisons };
}

function quality(spec: ModelMonitor, { outcomes, predictedMeanwhile }: TimedRows, version: string): Part {
  const { current } = outcomes;
  const gaps = tooFew(spec, outcomes, 'labelled predictions');
  const labelled: MonitorValue = {
    metric: 'labelled_share',
    subject: null,
    version,
    value: predictedMeanwhile === 0 ? null : Math.min(1, current.length / predictedMeanwhile),
    samples: predictedMeanwhile,
    ...(predictedMeanwhile === 0 ? { why: 'no prediction has met its label' } : {}),
  };
  // The limits need no reference.
  if (current.length < spec.minRows) return { gaps, values: [labelled] };
  const found = qualityOf(current);
  const findings = brokenLimits(found, spec, current.length, version);
  const values = [...qualityValues(found, current.length, version), labelled];
  if (gaps.length > 0) return { gaps, findings, values };
  return { findings, values, comparisons: qualityFalls(outcomes, spec, version) };
}

function confidence(spec: ModelMonitor, { outputs }: TimedRows, version: string): Part {
  const [before, now] = [scoresOf(outputs.reference), scoresOf(outputs.current)];
  const gaps = tooFew(spec, { reference: before, current: now }, 'predictions with a score');
  if (now.length < spec.minRows) return { gaps };
  const values = confidenceValues(confidenceOf(now, spec), now.length, version);
  return gaps.length > 0
    ? { gaps, values }
    : { values, comparisons: confidenceFalls(before, now, spec, version, outputs.pace) };
}

function output(spec: ModelMonitor, { outputs, outcomes }: TimedRows, version: string): Part {
  const gaps = tooFew(spec, outputs, 'predictions');
  if (gaps.length > 0) return { gaps };
  const predicted = labelShift(
    labelsOf(outputs, ({ label }) => label),
    spec,
  );
  const valueOf = (metric: string, value: number, samples: number) => ({
    metric,
    subject: null,
    version,
    value,
    samples,
  });
  const values = [valueOf(`output_${predicted.method}`, predicted.score, outputs.current.length)];
  const comparisons = [labelComparison('predicted', predicted, spec, version)];
  // Of true labels there may be none; where quality needs them, it says so.
  if (tooFew(spec, outcomes, '').length === 0) {
    const truths = labelShift(
      labelsOf(outcomes, ({ truth }) => truth),
      spec,
    );
    values.push(valueOf(`true_label_${truths.method}`, truths.score, outcomes.current.length));
    comparisons.push(labelComparison('true', truths, spec, version));
  }
  return { values, comparisons };
}

function labelsOf<Row>({ reference, current, pace }: TimedPair<Row>, labelOf: (row: Row) => string): TimedPair<string> {
  return { reference: reference.map(labelOf), current: current.map(labelOf), pace };
}

function concept(spec: ModelMonitor, { inputs }: TimedRows, version: string): Part {
  const gaps = tooFew(spec, inputs, 'samples of features with a label');
  if (gaps.length > 0) return { gaps };
  const found = conceptOf(inputs);
  if (found === null) return { gaps: ['no feature of the reference has two values: there are no regions to compare'] };
  const { drift } = found;
  const samples = inputs.current.length;
  return {
    values: [{ metric: 'concept_error_change', subject: null, version, value: drift.fromConcept, samples }],
    comparisons: [conceptComparison(found, samples, spec, version)],
    details: { concept: summaryOf(drift) },
  };
}

function summaryOf({ kind, covariateP, conceptP, change, fromInputs, fromConcept, regions }: ConceptDrift) {
  return { kind, covariateP, conceptP, change, fromInputs, fromConcept, regions };
}

function tooFew({ minRows }: ModelMonitor, { reference, current }: Pair<unknown>, what: string): string[] {
  return [
    ...(reference.length < minRows ? [`the reference has ${reference.length} ${what}, ${minRows} are needed`] : []),
    ...(current.length < minRows ? [`the window has ${current.length} ${what}, ${minRows} are needed`] : []),
  ];
}

const round = (value: number) => Math.round(value * 1000) / 1000;
