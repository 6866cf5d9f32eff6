import { cutText } from '../domain/cut-text.js';
import { describeError } from '../domain/errors.js';
import type { Incident } from '../domain/incident.js';
import { PHASES } from '../domain/phase.js';
import {
  none,
  type Part,
  part,
  REPORT_SCHEMA,
  type Report,
  type ReportedIncident,
  type ReportedRollout,
} from '../domain/report.js';
import { hasEnded, type RolloutState } from '../domain/rollout-state.js';
import type { ReportData, ReportSpan } from '../ports/report-data.js';
import { confusionMatrices, MOST_CELLS } from './parts/confusion.js';
import { decisionLines, weightPoints } from './parts/decisions.js';
import { driftReport, MOST_ROWS } from './parts/drift.js';
import { experimentLooks } from './parts/experiments.js';
import { guardrailSequences, MOST_LOOKS } from './parts/guardrails.js';
import { impactSeries } from './parts/impact.js';
import { latencyDistributions } from './parts/latency.js';
import { intervalFor, performanceSeries } from './parts/performance.js';
import { specOf } from './parts/spec.js';

const MOST_DECISIONS = 150;
const MOST_WEIGHTS = 500;
const MOST_INCIDENTS = 100;

/**
 * All that is known of a rollout, bounded: a section without data says why.
 * @param now ISO
 */
export async function buildReport(data: ReportData, state: RolloutState, now: string): Promise<Report> {
  const { rolloutId, service, startedAt, updatedAt } = state;
  const impact = await attempt(async () => impactSeries(await data.impacts(rolloutId)));
  const ends = (impact.data ?? []).flatMap(({ points }) => points.at(-1)?.at ?? []);
  const own = hasEnded(state.status) ? updatedAt : now;
  const span = { service, rolloutId, since: startedAt, until: endOf([own]) };
  const observed = { ...span, until: endOf([own, ...ends]) };
  return {
    schema: REPORT_SCHEMA,
    generatedAt: now,
    rollout: rolloutOf(state),
    phases: PHASES.map((phase) => ({ phase, ...state.phases[phase], note: cutText(state.phases[phase].note, 1000) })),
    decisions: decisionLines(await data.decisions(rolloutId, MOST_DECISIONS)),
    weights: weightPoints(await data.weights(rolloutId, MOST_WEIGHTS), state),
    guardrails: guardrailSequences(await data.looks(rolloutId, MOST_LOOKS), state),
    ...(await measured(data, state, span)),
    experiments: await attempt(async () => experimentLooks(await data.experiments(rolloutId))),
    impact,
    incidents: incidentsOf(await data.incidents(observed, MOST_INCIDENTS + 1), rolloutId),
    models: state.models
      ? part(state.models)
      : none('The spec names no registry: the artifacts’ digests are not known.'),
    spec: specOf(await data.spec(rolloutId)),
  };
}

async function measured(data: ReportData, state: RolloutState, span: ReportSpan) {
  const intervalMs = intervalFor(span.since, span.until);
  const inputs = (version: string) => data.inputs(span, version, MOST_ROWS);
  return {
    latency: latencyDistributions(await data.latency(span)),
    performance: performanceSeries(
      await data.buckets(span, intervalMs),
      await data.means(span, intervalMs),
      intervalMs,
    ),
    drift: await attempt(async () =>
      driftReport(span, state, { baseline: await inputs(state.baseline), candidate: await inputs(state.candidate) }),
    ),
    confusion: confusionMatrices(await data.confusion(span, MOST_CELLS)),
  };
}

/** What is computed for the report may fail on odd data: the rest of the report is no less true. */
async function attempt<T>(compute: () => Promise<Part<T>>): Promise<Part<T>> {
  try {
    return await compute();
  } catch (error) {
    return none(`It could not be computed: ${cutText(describeError(error))}.`);
  }
}

/** Exclusive, so that what happened in that very millisecond is in it. */
function endOf(times: readonly string[]): string {
  return new Date(Math.max(...times.map(Date.parse)) + 1).toISOString();
}

function rolloutOf(state: RolloutState): ReportedRollout {
  const { rolloutId, service, owner, baseline, candidate, status, phase, verdict, startedAt, updatedAt } = state;
  const { weightPercent, shadowPercent, epoch, startedBy = null, retryOf = null } = state;
  const reason = cutText(state.reason, 1000);
  return {
    rolloutId,
    service,
    owner,
    startedBy,
    retryOf,
    baseline,
    candidate,
    status,
    phase,
    verdict,
    reason,
    startedAt,
    updatedAt,
    weightPercent,
    shadowPercent,
    epoch,
  };
}

function incidentsOf(found: readonly Incident[], rolloutId: string): Part<readonly ReportedIncident[]> {
  if (found.length === 0) return none('The service had no incident in the time of this rollout.');
  const shown = found.slice(0, MOST_INCIDENTS).map((one) => {
    const { id, status, severity, cause, version, title, openedAt, resolved } = one;
    const isOwn = one.rolloutId === rolloutId;
    return {
      id,
      status,
      severity,
      cause,
      version,
      title: cutText(title),
      openedAt,
      resolvedAt: resolved?.at ?? null,
      isOwn,
    };
  });
  return part(shown, found.length > shown.length ? `The ${shown.length} newest are shown; there are more.` : null);
}
