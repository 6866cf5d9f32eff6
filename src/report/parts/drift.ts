import {
  type DriftReport,
  type FeatureHistogram,
  type FeatureRank,
  none,
  type Part,
  part,
} from '../../domain/report.js';
import { featureMonitor } from '../../domain/spec/monitors/features.js';
import { evaluateFeatures } from '../../monitors/features/evaluate.js';
import type { InputRow } from '../../ports/monitor-data.js';
import type { ReportSpan } from '../../ports/report-data.js';

/** The rows of each version that are compared. */
export const MOST_ROWS = 2000;
const MOST_FINDINGS = 20;

interface Versions {
  readonly baseline: string;
  readonly candidate: string;
}

/** What the candidate was asked against what the baseline was, as a monitor of features with its defaults sees it. */
export function driftReport(
  span: ReportSpan,
  versions: Versions,
  rows: { readonly baseline: readonly InputRow[]; readonly candidate: readonly InputRow[] },
): Part<DriftReport> {
  const counts = { baseline: rows.baseline.length, candidate: rows.candidate.length };
  if (counts.baseline === 0 && counts.candidate === 0)
    return none('No samples of features are recorded, so drift can’t be judged.');
  const spec = featureMonitor.parse({ kind: 'features', version: 'candidate', reference: { from: 'baseline' } });
  const { service, since, until } = span;
  const of = (version: string) => ({ service, version, since, until });
  const { reading } = evaluateFeatures(
    spec,
    {
      kind: 'found',
      version: versions.candidate,
      reference: of(versions.baseline),
      current: of(versions.candidate),
      isOwnPast: false,
      state: { reference: null },
    },
    { reference: rows.baseline, current: rows.candidate },
    { service, monitor: 'report', at: until },
  );
  // As evaluateFeatures makes it; a reading's details are plain JSON to everybody else.
  const { ranked = [], plots = [] } = (reading.details ?? {}) as Details;
  const features = ranked.map(({ feature, type, drifted, distance, p, missingShare }) => ({
    feature,
    type,
    drifted,
    distance,
    p,
    missingShare,
  }));
  if (features.length === 0) return none(`Drift can’t be judged: ${reading.reason}.`);
  const findings = reading.findings.slice(0, MOST_FINDINGS).map(({ message }) => message);
  return part({
    verdict: reading.verdict,
    reason: reading.reason,
    rows: counts,
    findings,
    features,
    histograms: plots,
  });
}

interface Details {
  readonly ranked?: readonly FeatureRank[];
  readonly plots?: readonly FeatureHistogram[];
}
