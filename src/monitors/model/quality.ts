import { formatShare } from '../../analysis/format.js';
import type { Finding, MonitorValue } from '../../domain/monitor.js';
import { type ModelMonitor, QUALITY_METRICS, type QualityMetric } from '../../domain/spec/monitors/model.js';
import type { OutcomeRow } from '../../ports/monitor-data.js';
import { fisherExactTest } from '../../stats/comparison/fisher.js';
import type { Counts } from '../../stats/comparison/proportion.js';
import { classificationQuality } from '../../stats/quality/classification.js';
import type { Comparison } from '../windows/comparison.js';

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
 * Falls against the reference, by Fisher's exact test: of the accuracy, and of precision and recall of each class, which say where. F1 and
 * the means over classes follow from them and have no test of their own.
 */
export function qualityFalls(
  reference: readonly OutcomeRow[],
  current: readonly OutcomeRow[],
  { quality: plan }: ModelMonitor,
  version: string,
): Comparison[] {
  const fall = (
    before: Counts,
    now: Counts,
    drop: number,
    about: Pick<Finding, 'key' | 'severity' | 'subject'>,
    words: string,
  ) => {
    const [was, is] = [before.successes / before.trials, now.successes / now.trials];
    return {
      p: fisherExactTest(now, before).pSmaller,
      matters: was - is >= drop,
      finding: {
        ...about,
        cause: 'version' as const,
        version,
        message: `${words} fell from ${formatShare(was)} of ${before.trials} in the reference to ${formatShare(is)} of ${now.trials}`,
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
const short = (label: string) => label.slice(0, 80);

function rightOf(rows: readonly OutcomeRow[]): Counts {
  return { successes: rows.filter(({ truth, predicted }) => truth === predicted).length, trials: rows.length };
}

function byClass(rows: readonly OutcomeRow[], by: 'truth' | 'predicted'): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const row of rows) {
    const { successes, trials } = counts.get(row[by]) ?? { successes: 0, trials: 0 };
    counts.set(row[by], { successes: successes + (row.truth === row.predicted ? 1 : 0), trials: trials + 1 });
  }
  return counts;
}

/** A class that either window has seldom says nothing, and would only dilute the others' share of alpha. */
const LEAST_ROWS = 10;
const MOST_CLASSES = 50;

function commonClasses(
  before: ReadonlyMap<string, Counts>,
  now: ReadonlyMap<string, Counts>,
): [string, Counts, Counts][] {
  return [...before]
    .flatMap(([name, was]): [string, Counts, Counts][] => {
      const is = now.get(name);
      return is === undefined || Math.min(was.trials, is.trials) < LEAST_ROWS ? [] : [[name, was, is]];
    })
    .sort(([, a], [, b]) => b.trials - a.trials)
    .slice(0, MOST_CLASSES);
}
