import type { ComparedArm, MomentsReading, QuantileSums, UnitColumn } from '../../src/domain/experiment.js';
import type { ExposureRecord, FeedbackRecord, PredictionRecord } from '../../src/domain/observation.js';
import { type MetricDefinition, type MetricSource, sourcesOf } from '../../src/domain/spec/metric-definition.js';
import type { ExperimentQuestion } from '../../src/ports/experiment-data.js';

/** What was recorded, as rows; the same reading as the store's, made with loops. */
export interface Records {
  readonly exposures: readonly ExposureRecord[];
  readonly predictions: readonly PredictionRecord[];
  readonly feedback: readonly FeedbackRecord[];
}

export interface NaiveUnit {
  readonly unit: string;
  readonly arm: ComparedArm;
  readonly segment: string;
  readonly at: number;
}

interface Event {
  readonly unit: string;
  readonly at: number;
  readonly value: number;
}

const DAY = 86_400_000;
const time = (iso: string) => Date.parse(iso);
const isCompared = (arm: string | null): arm is ComparedArm => arm === 'baseline' || arm === 'candidate';

/** Exposed units by first meeting, and those that met both arms. */
export function naiveUnits({ exposures, predictions }: Records, until: number) {
  const first = new Map<string, NaiveUnit>();
  const met = new Map<string, Set<string>>();
  const ordered = exposures
    .filter(({ arm, at }) => isCompared(arm) && time(at) < until)
    .toSorted((a, b) => time(a.at) - time(b.at) || a.epoch - b.epoch);
  for (const { unitHash, arm, segment, at } of ordered) {
    if (!first.has(unitHash)) first.set(unitHash, { unit: unitHash, arm: arm as ComparedArm, segment, at: time(at) });
    met.set(unitHash, (met.get(unitHash) ?? new Set()).add(arm));
  }
  for (const { unitHash, arm, at, epoch } of predictions)
    if (isCompared(arm) && time(at) < until && epoch === 1) met.get(unitHash)?.add(arm);
  const both = [...first.values()].filter(({ unit }) => met.get(unit)?.size === 2);
  return { counted: [...first.values()].filter((unit) => !both.includes(unit)), both: both.length };
}

function eventsOf(source: MetricSource, { predictions, feedback }: Records, until: number): Event[] {
  const inTime = predictions.filter(({ at }) => time(at) < until);
  const known = feedback.filter((one) => time(one.receivedAt) < until && !isFromFuture(one));
  if ('feedback' in source) return feedbackEvents(source.feedback, known, predictions);
  if (!('outcome' in source)) throw new Error('no query here');
  return inTime
    .filter(({ arm }) => isCompared(arm))
    .flatMap((p): Event[] => {
      const of = (value: number) => [{ unit: p.unitHash, at: time(p.at), value }];
      switch (source.outcome) {
        case 'requests':
          return of(1);
        case 'latency':
          return of(p.latencyMs);
        case 'error':
          return of(p.status >= 500 ? 1 : 0);
        case 'accuracy': {
          const truth = latest(known.filter((f) => f.kind === 'label' && f.predictionId === p.predictionId));
          return p.label === null || truth === undefined ? [] : of(truth.label === p.label ? 1 : 0);
        }
      }
    });
}

/** Said before it can have been known, by more than clocks differ. */
function isFromFuture({ occurredAt, predictedAt, receivedAt }: FeedbackRecord): boolean {
  return Math.max(time(occurredAt), time(predictedAt ?? occurredAt)) > time(receivedAt) + 300_000;
}

function latest(records: readonly FeedbackRecord[]): FeedbackRecord | undefined {
  return records.toSorted(
    (a, b) => time(b.receivedAt) - time(a.receivedAt) || (b.feedbackId < a.feedbackId ? -1 : 1),
  )[0];
}

function feedbackEvents(kind: string, known: readonly FeedbackRecord[], predictions: readonly PredictionRecord[]) {
  const ours = known.filter((f) => f.kind === kind);
  const counts = ours.filter(
    (f) =>
      kind === 'revenue' ||
      f.predictionId === null ||
      latest(ours.filter((o) => o.predictionId === f.predictionId)) === f,
  );
  return counts.flatMap((f): Event[] => {
    const unit =
      f.unitHash ?? predictions.find((p) => p.predictionId === f.predictionId && p.arm === f.arm)?.unitHash ?? null;
    const isOpinion = ['label', 'thumb', 'rating'].includes(kind);
    const at = time(isOpinion ? (f.predictedAt ?? f.occurredAt) : f.occurredAt);
    return unit === null ? [] : [{ unit, at, value: kind === 'label' ? 1 : (f.value ?? 0) }];
  });
}

type Take = 'sum' | 'count' | 'any';

function taken(events: readonly Event[], take: Take): number {
  const sum = events.reduce((total, { value }) => total + value, 0);
  return take === 'sum' ? sum : take === 'count' ? events.length : events.some(({ value }) => value > 0) ? 1 : 0;
}

/** Values of each unit by column; a day of its own with `day`. */
export function naiveMoments(
  metric: MetricDefinition,
  records: Records,
  question: ExperimentQuestion & { until: string },
  isIn: (unit: NaiveUnit) => boolean,
  day: number | null = null,
): MomentsReading {
  const until = time(question.until);
  const since = time(question.since);
  const { value, denominator } = sourcesOf(metric);
  const sources = metric.kind === 'ratio' ? [value, denominator] : [value];
  const isDue = (unit: NaiveUnit) => metric.retention === undefined || unit.at + metric.retention.to <= until;
  const units = naiveUnits(records, until).counted.filter(isDue);
  const events = sources.map((source) =>
    source === null ? sightings(records, until) : eventsOf(source.source, records, until),
  );
  const columnOf = (unit: NaiveUnit, index: number, span: (event: Event) => boolean) =>
    taken(
      (events[index] ?? []).filter((e) => e.unit === unit.unit && span(e)),
      sources[index]?.take ?? 'any',
    );
  const from = (unit: NaiveUnit) => unit.at + (metric.retention?.from ?? 0);
  const to = (unit: NaiveUnit) => unit.at + (metric.retention?.to ?? metric.within ?? Number.POSITIVE_INFINITY);
  const during = (unit: NaiveUnit) => (e: Event) =>
    e.at >= from(unit) && e.at < to(unit) && (day === null || Math.floor((e.at - unit.at) / DAY) === day);
  const before = (unit: NaiveUnit) => (e: Event) =>
    e.at < Math.min(unit.at, since) && e.at >= since - (question.beforeMs ?? 0);
  const whole = (unit: NaiveUnit) => (e: Event) => e.at >= from(unit) && e.at < to(unit);
  const cap = capOf(
    metric,
    units.map((unit) => columnOf(unit, 0, whole(unit))),
  );
  const capped = (index: number, x: number) => (index === 0 ? Math.min(x, cap) : x);
  const isSeen = (unit: NaiveUnit) => isIn(unit) && (day === null || unit.at + (day + 1) * DAY <= until);
  const hasBefore = question.beforeMs !== null && metric.kind !== 'retention' && day === null;
  const rows = units.filter(isSeen).map((unit) => ({
    arm: unit.arm,
    xs: [
      ...sources.map((_, i) => capped(i, columnOf(unit, i, during(unit)))),
      ...(hasBefore ? sources.map((_, i) => capped(i, columnOf(unit, i, before(unit)))) : []),
    ],
  }));
  const names: UnitColumn[] = ['value', ...(sources.length > 1 ? (['denominator'] as const) : [])];
  const columns = hasBefore
    ? [...names, ...names.map((n) => (n === 'value' ? 'valueBefore' : 'denominatorBefore') as UnitColumn)]
    : names;
  const sums = (arm: ComparedArm) => {
    const own = rows.filter((row) => row.arm === arm).map(({ xs }) => xs);
    const total = (of: (xs: number[]) => number) => own.reduce((sum, xs) => sum + of(xs), 0);
    return {
      units: own.length,
      sums: columns.map((_, i) => total((xs) => xs[i] ?? 0)),
      products: columns.map((_, i) => columns.map((__, j) => total((xs) => (xs[i] ?? 0) * (xs[j] ?? 0)))),
    };
  };
  return { kind: 'moments', columns, arms: { baseline: sums('baseline'), candidate: sums('candidate') } };
}

function sightings({ predictions, exposures }: Records, until: number): Event[] {
  return [...predictions.filter(({ arm }) => arm !== 'shadow'), ...exposures]
    .map(({ unitHash, at }) => ({ unit: unitHash, at: time(at), value: 1 }))
    .filter(({ at }) => at < until);
}

/** As numpy's default: linear between order statistics. */
function capOf({ cap }: MetricDefinition, values: readonly number[]): number {
  if (cap === undefined) return Number.POSITIVE_INFINITY;
  if ('value' in cap) return cap.value;
  const sorted = values.filter((value) => value > 0).toSorted((a, b) => a - b);
  if (sorted.length === 0) return Number.POSITIVE_INFINITY;
  const place = cap.percentile * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (place - Math.floor(place)) * (high - low);
}

export function naiveQuantile(
  metric: MetricDefinition,
  records: Records,
  until: string,
  arm: ComparedArm,
  isIn: (unit: NaiveUnit) => boolean,
): QuantileSums {
  const q = metric.quantile ?? 0.5;
  const { value: source } = sourcesOf(metric);
  if (source === null) throw new Error('a quantile has a source');
  const events = eventsOf(source.source, records, time(until));
  const clusters = naiveUnits(records, time(until))
    .counted.filter((unit) => unit.arm === arm && isIn(unit))
    .map((unit) =>
      events.filter((e) => e.unit === unit.unit && e.at >= unit.at && e.at < unit.at + (metric.within ?? Infinity)),
    )
    .filter((own) => own.length > 0)
    .map((own) => own.map(({ value }) => value));
  const sorted = clusters.flat().toSorted((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return { units: 0, events: 0, value: null, low: null, high: null, clusters: [0, 0, 0, 0, 0] };
  const at = (rank: number) => sorted[Math.min(n, Math.max(1, rank)) - 1] ?? 0;
  const value = at(Math.ceil(q * n));
  const below = clusters.map((xs) => xs.filter((x) => x <= value).length);
  const total = (of: (i: number) => number) => clusters.reduce((sum, _, i) => sum + of(i), 0);
  const size = (i: number) => clusters[i]?.length ?? 0;
  const b = (i: number) => below[i] ?? 0;
  const share = total(b) / n;
  const residuals = total((i) => (b(i) - share * size(i)) ** 2);
  const half = (1.959963984540054 * Math.sqrt((residuals * clusters.length) / Math.max(1, clusters.length - 1))) / n;
  return {
    units: clusters.length,
    events: n,
    value,
    low: at(Math.floor(n * (q - half))),
    high: at(Math.ceil(n * (q + half))),
    clusters: [n, total((i) => size(i) ** 2), total(b), total((i) => b(i) ** 2), total((i) => size(i) * b(i))],
  };
}
