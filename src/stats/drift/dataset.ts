import { type Column, type ColumnDrift, columnDrift, type DriftMethod } from './column.js';

export interface DatasetDriftPlan {
  /** Share of drifted features from which the data set counts as drifted. */
  readonly driftShare?: number;
  /** Methods and thresholds other than the default, by feature. */
  readonly methods?: Readonly<Record<string, { readonly method: DriftMethod; readonly threshold?: number }>>;
}

export interface DatasetDrift {
  readonly columns: Readonly<Record<string, ColumnDrift>>;
  readonly driftedCount: number;
  readonly driftShare: number;
  readonly drifted: boolean;
}

/**
 * Drift of every feature, and of the data set: it has drifted when at least half of its features have (Evidently's preset). Tests are not
 * corrected for their number, so of many features a few drift by chance; the share is what absorbs that.
 * @throws {RangeError} naming the feature, when one can't be judged or there is none
 */
export function datasetDrift(columns: Readonly<Record<string, Column>>, plan: DatasetDriftPlan = {}): DatasetDrift {
  const { driftShare: limit = 0.5, methods = {} } = plan;
  const names = Object.keys(columns);
  if (names.length === 0) throw new RangeError('no features: nothing can drift');
  const judged = Object.fromEntries(
    names.map((name) => {
      try {
        const chosen = methods[name];
        return [name, columnDrift(columns[name] as Column, chosen?.method, chosen?.threshold)];
      } catch (error) {
        throw new RangeError(`feature "${name}": ${(error as Error).message}`, { cause: error });
      }
    }),
  );
  const driftedCount = Object.values(judged).filter(({ drifted }) => drifted).length;
  const driftShare = driftedCount / names.length;
  return { columns: judged, driftedCount, driftShare, drifted: driftShare >= limit };
}
