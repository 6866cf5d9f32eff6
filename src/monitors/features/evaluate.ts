import type { Finding, MonitorOutcome, MonitorRun, MonitorValue } from '../../domain/monitor.js';
import { formatShare } from '../../domain/quantity.js';
import type { FeatureMonitor } from '../../domain/spec/monitors/features.js';
import type { InputRow } from '../../ports/monitor-data.js';
import { changed } from '../windows/comparison.js';
import type { FoundWindows } from '../windows/find-windows.js';
import { inTime } from '../windows/in-time.js';
import { outcomeOf } from '../windows/outcome.js';
import { columnsOf } from './columns.js';
import { type JudgedFeature, judgeFeature } from './judge-feature.js';
import { plotOf } from './plot-data.js';

export interface FeatureRows {
  readonly reference: readonly InputRow[];
  readonly current: readonly InputRow[];
}

type Run = Pick<MonitorRun, 'service' | 'monitor' | 'at'>;
type Found = Extract<FoundWindows, { kind: 'found' }>;

const MOST_RANKED = 50;
const MOST_PLOTTED = 12;

/** Each feature of the reference against the window, and the data set. The chance of any finding while nothing has changed is at most alpha. */
export function evaluateFeatures(spec: FeatureMonitor, windows: Found, rows: FeatureRows, run: Run): MonitorOutcome {
  const { version, current, reference } = windows;
  const timed = inTime(rows, windows.isOwnPast);
  const { columns, leftOut, unknown, absent } = columnsOf(spec, timed.reference, timed.current);
  const short = tooFew(spec, rows, columns.length);
  const judged = short.length > 0 ? [] : columns.map((column) => judgeFeature(spec, column, version, timed.pace));
  const found = changed(
    judged.flatMap(({ comparisons }) => comparisons),
    spec.alpha,
  );
  const drifted = new Set(found.filter(({ aspect }) => aspect === 'drift').map(({ feature }) => feature));
  const ranked = judged.toSorted(
    (a, b) =>
      Number(drifted.has(b.column.name)) - Number(drifted.has(a.column.name)) ||
      (b.shift?.distance ?? 0) - (a.shift?.distance ?? 0),
  );
  const compared = judged.filter(({ shift }) => shift !== null).length;
  const dataset = datasetFinding(spec, version, ranked, { drifted: drifted.size, compared });
  const byRank = new Map(ranked.map(({ column }, at) => [column.name, at]));
  const findings = found
    .toSorted((a, b) => (byRank.get(a.feature) ?? 0) - (byRank.get(b.feature) ?? 0))
    .map(({ finding }) => finding);
  return outcomeOf(run, {
    kind: 'features',
    window: { since: rows.current.at(-1)?.at ?? current.since, until: current.until },
    findings: [...dataset, ...findings, ...newFeatures(unknown, rows.current.length, spec, version)],
    gaps: [
      ...short,
      ...(short.length === 0 && compared === 0 ? ['no feature has two values to compare'] : []),
      ...(short.length === 0 ? absent.map((name) => `the reference has no feature ${name}, which the spec names`) : []),
    ],
    values: [
      {
        metric: 'drift_share',
        subject: null,
        version,
        samples: rows.current.length,
        value: compared === 0 ? null : drifted.size / compared,
      },
      ...ranked.flatMap((feature) => valuesOf(feature, version)),
    ],
    summary: `none of ${compared} features of ${version} has drifted, over ${rows.current.length} requests`,
    details: {
      version,
      reference: {
        version: reference.version,
        since: reference.since,
        until: reference.until,
        rows: rows.reference.length,
      },
      rows: rows.current.length,
      features: { compared, drifted: drifted.size, leftOut },
      ranked: ranked.slice(0, MOST_RANKED).map((feature) => rankOf(feature, drifted.has(feature.column.name))),
      plots: ranked.slice(0, MOST_PLOTTED).flatMap(({ column }) => plotOf(column, drifted.has(column.name)) ?? []),
    },
    state: windows.state,
  });
}

function datasetFinding(
  spec: FeatureMonitor,
  version: string,
  ranked: readonly JudgedFeature[],
  { drifted, compared }: { readonly drifted: number; readonly compared: number },
): Finding[] {
  const share = compared === 0 ? 0 : drifted / compared;
  if (share < spec.driftShare) return [];
  const names = ranked.slice(0, 5).map(({ column }) => column.name);
  return [
    {
      key: 'features:dataset',
      severity: spec.datasetSeverity,
      cause: 'environment',
      version,
      subject: null,
      message: `the data set has drifted: ${drifted} of ${compared} features, most of all ${names.join(', ')}`,
      value: share,
      limit: spec.driftShare,
    },
  ];
}

function valuesOf({ column, shift, missingShare, outsideShare }: JudgedFeature, version: string): MonitorValue[] {
  const { name, type, current, missing } = column;
  const about = { subject: name, version, samples: current.length };
  return [
    shift === null
      ? { metric: 'drift_distance', ...about, value: null, why: 'too few values, or the same one throughout' }
      : { metric: 'drift_distance', ...about, value: shift.distance },
    { metric: 'missing_share', ...about, value: missingShare, samples: current.length + missing.current },
    ...(outsideShare === null
      ? []
      : [{ metric: type === 'numeric' ? 'outside_share' : 'new_category_share', ...about, value: outsideShare }]),
  ];
}

function tooFew({ minRows }: FeatureMonitor, { reference, current }: FeatureRows, features: number): string[] {
  return [
    ...(reference.length < minRows
      ? [`the reference has ${reference.length} samples of features, ${minRows} are needed`]
      : []),
    ...(current.length < minRows
      ? [`the window has ${current.length} samples of features, ${minRows} are needed`]
      : []),
    ...(reference.length >= minRows && features === 0 ? ['the reference has no feature'] : []),
  ];
}

/** A name that next to no request has is somebody's mistake. */
const LEAST_NEW_SHARE = 0.01;

/** Which the reference can't say anything of. */
function newFeatures(
  counts: ReadonlyMap<string, number>,
  rows: number,
  { newCategories }: FeatureMonitor,
  version: string,
): Finding[] {
  const least = Math.max(newCategories, LEAST_NEW_SHARE) * rows;
  const usual = [...counts].filter(([, count]) => count >= least).sort(([, a], [, b]) => b - a);
  const [most] = usual;
  if (most === undefined) return [];
  const names = usual.slice(0, 5).map(([name]) => name);
  return [
    {
      key: 'features:unknown',
      severity: 'warning',
      cause: 'environment',
      version,
      subject: null,
      message: `${usual.length} features are new since the reference, and can't be compared: ${names.join(', ')}; the most frequent is in ${formatShare(most[1] / rows)} of requests`,
      value: usual.length,
      limit: 0,
    },
  ];
}

function rankOf({ column, shift, missingShare, outsideShare, newCategories }: JudgedFeature, drifted: boolean) {
  return {
    feature: column.name,
    type: column.type,
    drifted,
    method: shift?.method ?? null,
    score: shift?.score ?? null,
    p: shift?.p ?? null,
    distance: shift?.distance ?? null,
    dependence: shift?.dependence ?? null,
    missingShare,
    outsideShare,
    newCategories,
  };
}
