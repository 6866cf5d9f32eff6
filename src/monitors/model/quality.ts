import { cutText } from '../../domain/cut-text.js';
import type { Finding, MonitorValue } from '../../domain/monitor.js';
import { formatShare } from '../../domain/quantity.js';
import { type ModelMonitor, QUALITY_METRICS, type QualityMetric } from '../../domain/spec/monitors/model.js';
import type { OutcomeRow } from '../../ports/monitor-data.js';
import type { Counts } from '../../stats/comparison/proportion.js';
import { largerShareP } from '../../stats/drift/dependent-tests.js';
import { classificationQuality } from '../../stats/quality/classification.js';
import type { Comparison } from '../windows/comparison.js';
import { dependenceBetween, type TimedPair } from '../windows/in-time.js';

/** Macro means over classes, from predictions that have met their label. */
export type Quality = Readonly<Record<QualityMetric, number>>;

export function qualityOf(rows: readonly OutcomeRow[]): Quality {
  const { accuracy, macro } = classificationQuality(
    rows.map(({ truth }) => truth),
    rows.map(({ predicted }) => predicted),
  );
  return { accuracy, ...macro };
}

/** Limits that hold whatever the reference was. */
export function brokenLimits(
  quality: Quality,
  { quality: { min, severity } }: ModelMonitor,
  rows: number,
  version: string,
): Finding[] {
  return QUALITY_METRICS.flatMap((metric) => {
    const limit = min[metric];
    if (limit === undefined || quality[metric] >= limit) return [];
    return {
      key: `model:${metric}:min`,
      severity,
      cause: 'version' as const,
      version,
      subject: null,
      message: `${metric} of ${version} is ${formatShare(quality[metric])} over ${rows} labelled predictions, limit ${formatShare(limit)}`,
      value: quality[metric],
      limit,
    };
  });
}

export function qualityValues(quality: Quality, rows: number, version: string): MonitorValue[] {
  return QUALITY_METRICS.map((metric) => ({ metric, subject: null, version, value: quality[metric], samples: rows }));
}

/**
 * Falls against the reference: of the accuracy, and of precision and recall of each class, which say where. F1 and
 * the means over classes follow from them and have no test of their own.
 */
export function qualityFalls(
  { reference, current, pace }: TimedPair<OutcomeRow>,
  { quality: plan }: ModelMonitor,
  version: string,
): Comparison[] {
  const fall = (
    before: Rightness,
    now: Rightness,
    drop: number,
    about: Pick<Finding, 'key' | 'severity' | 'subject'>,
    words: string,
  ) => {
    const [was, is] = [shareOf(before), shareOf(now)];
    const dependence = dependenceBetween(() => [before], { reference: before.length, current: now.length }, pace);
    return {
      p: largerShareP(wrongOf(now), wrongOf(before), dependence),
      matters: was - is >= drop,
      finding: {
        ...about,
        cause: 'version' as const,
        version,
        message: `${words} fell from ${formatShare(was)} of ${before.length} in the reference to ${formatShare(is)} of ${now.length}`,
        value: is,
        limit: was - drop,
      },
    };
  };
  const overall = fall(
    rightOf(reference),
    rightOf(current),
    plan.drop,
    { key: 'model:accuracy', severity: plan.severity, subject: null },
    `accuracy of ${version}`,
  );
  const ofClasses = (['recall', 'precision'] as const).flatMap((metric) => {
    const by = metric === 'recall' ? ('truth' as const) : ('predicted' as const);
    const [before, now] = [byClass(reference, by), byClass(current, by)];
    return commonClasses(before, now).map(([name, was, is]) =>
      fall(
        was,
        is,
        plan.classDrop,
        { key: `model:${metric}:${short(name)}`, severity: 'warning', subject: short(name) },
        `${metric} of class ${JSON.stringify(short(name))} of ${version}`,
      ),
    );
  });
  return [overall, ...ofClasses];
}

/** What a model says may be a page long. */
const short = (label: string) => cutText(label, 80);

/** Row by row in the order given: 1 is right. */
type Rightness = readonly number[];

function rightOf(rows: readonly OutcomeRow[]): Rightness {
  return rows.map(({ truth, predicted }) => (truth === predicted ? 1 : 0));
}

function wrongOf(right: Rightness): Counts {
  return { successes: right.filter((is) => is === 0).length, trials: right.length };
}

function shareOf(right: Rightness): number {
  return right.filter((is) => is === 1).length / right.length;
}

function byClass(rows: readonly OutcomeRow[], by: 'truth' | 'predicted'): Map<string, Rightness> {
  const rowsBy = new Map<string, OutcomeRow[]>();
  for (const row of rows) {
    const rowsOfClass = rowsBy.get(row[by]) ?? [];
    rowsOfClass.push(row);
    rowsBy.set(row[by], rowsOfClass);
  }
  return new Map([...rowsBy].map(([name, rowsOfClass]) => [name, rightOf(rowsOfClass)]));
}

/** A class that either window has seldom says nothing, and would only dilute the others' share of alpha. */
const LEAST_ROWS = 10;
const MOST_CLASSES = 50;

function commonClasses(
  before: ReadonlyMap<string, Rightness>,
  now: ReadonlyMap<string, Rightness>,
): [string, Rightness, Rightness][] {
  return [...before]
    .flatMap(([name, was]): [string, Rightness, Rightness][] => {
      const is = now.get(name);
      return is === undefined || Math.min(was.length, is.length) < LEAST_ROWS ? [] : [[name, was, is]];
    })
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, MOST_CLASSES);
}
