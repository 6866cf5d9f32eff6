import { DAY_MS } from '../../domain/duration.js';
import type { Route } from '../../domain/route.js';
import type { MonitorData, Take, VersionSpan } from '../../ports/monitor-data.js';
import type { GaugeSample } from './api-gauges.js';

const NEWEST: Take = { most: 1000, which: 'newest' };
/** Of fewer a share says little, and nothing is better than a number that jumps. */
const LEAST = 100;
const MOST_SERVICES = 100;

/** How right the versions that serve users are, and how far the candidate's answers are from the baseline's. */
export async function readQuality(data: MonitorData, routes: readonly Route[], nowMs: number): Promise<GaugeSample[]> {
  const samples: GaugeSample[] = [];
  const [since, until] = [nowMs - DAY_MS, nowMs].map((ms) => new Date(ms).toISOString()) as [string, string];
  // One after the other: the collector has the same store.
  for (const { service, baseline, candidate, weightPercent } of routes.slice(0, MOST_SERVICES)) {
    const spanOf = ({ version }: { version: string }) => ({ service, version, since, until });
    samples.push(...(await qualityOf(data, spanOf(baseline))));
    if (candidate === null || weightPercent === 0) continue;
    samples.push(...(await qualityOf(data, spanOf(candidate))));
    samples.push(...(await driftOf(data, spanOf(baseline), spanOf(candidate))));
  }
  return samples;
}

async function qualityOf(data: MonitorData, span: VersionSpan): Promise<GaugeSample[]> {
  const labels = { service: span.service, version: span.version };
  const outcomes = await data.outcomes(span, NEWEST);
  const oldest = outcomes.at(-1);
  const samples: GaugeSample[] = [{ name: 'sluice_model_labelled_predictions', labels, value: outcomes.length }];
  if (oldest === undefined) return samples;
  const predictions = await data.countOutputs({ ...span, since: oldest.at });
  // A label may have come between the two questions.
  const share = Math.min(1, outcomes.length / Math.max(predictions, 1));
  samples.push({ name: 'sluice_model_labelled_share', labels, value: share });
  if (outcomes.length < LEAST) return samples;
  const right = outcomes.filter(({ predicted, truth }) => predicted === truth).length;
  return [...samples, { name: 'model_accuracy', labels, value: right / outcomes.length }];
}

async function driftOf(data: MonitorData, baseline: VersionSpan, candidate: VersionSpan): Promise<GaugeSample[]> {
  const [theirs, ours] = await Promise.all([data.outputs(baseline, NEWEST), data.outputs(candidate, NEWEST)]);
  if (theirs.length < LEAST || ours.length < LEAST) return [];
  const labels = { service: candidate.service, version: candidate.version };
  const value = totalVariation(sharesOf(ours), sharesOf(theirs));
  return [{ name: 'sluice_model_prediction_drift', labels, value }];
}

function sharesOf(rows: readonly { readonly label: string }[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const { label } of rows) shares.set(label, (shares.get(label) ?? 0) + 1 / rows.length);
  return shares;
}

/** Half the sum of differences; as both sum to 1, the sum of those above. */
function totalVariation(ours: ReadonlyMap<string, number>, theirs: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [label, share] of ours) sum += Math.max(0, share - (theirs.get(label) ?? 0));
  return Math.min(1, sum);
}
