import { impactSeriesOf } from '../impact/report-series.js';
import type { ImpactData } from '../ports/impact-data.js';
import type { ReportData, StoredReportData } from '../ports/report-data.js';
import type { RolloutRecord } from '../ports/rollout-record.js';

/** The parts of a store that a report rests on. */
export interface ReportStore {
  readonly report: StoredReportData;
  readonly record: Pick<RolloutRecord, 'spec' | 'experiments'>;
  readonly impact: Pick<ImpactData, 'report'>;
}

/** All that a report is made of, from one store: of the impact analysis the newest look. */
export function reportDataOf({ report, record, impact }: ReportStore): ReportData {
  return {
    ...report,
    spec: (rolloutId) => record.spec(rolloutId),
    experiments: (rolloutId) => record.experiments(rolloutId),
    async impacts(rolloutId) {
      const newest = await impact.report(rolloutId);
      return newest === null ? [] : impactSeriesOf(newest);
    },
  };
}
