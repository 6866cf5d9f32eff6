import type { ExperimentReport } from '../src/domain/experiment.js';
import { metricNamed } from '../src/domain/spec/metric-definition.js';
import type { Evidence } from '../src/domain/verdict.js';
import { analyseExperiment } from '../src/experiment/analyse.js';
import { evidenceOfExperiment } from '../src/experiment/evidence.js';
import { analyseInterleaving } from '../src/experiment/interleaving.js';
import type { Store } from '../src/ports/store.js';
import { type ExperimentDeps, type ExperimentInput, experimentQuestion } from './experiment.js';

export type ExperimentGateDeps = ExperimentDeps & { readonly store: Pick<Store, 'experiments' | 'record'> };

/** What looks may take of the time, at most: a large experiment is read less often. */
const SHARE_OF_TIME = 20;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** Looks of one evaluation that are kept, unless verdicts change. */
const KEPT_LOOKS = 300;

/** One evaluation over the looks of a watch. */
export interface ExperimentGateReader {
  /** The newest evidence: of now, or of a moment ago where reading it takes long. */
  read(input: ExperimentInput, signal: AbortSignal): Promise<Evidence>;
  /** The look whose evidence was given last is one that something is decided on. */
  keepNewest(): Promise<void>;
}

interface Newest {
  readonly input: ExperimentInput;
  readonly report: ExperimentReport;
  readonly evidence: Evidence;
  readonly dueAt: number;
}

export function createExperimentGate(deps: ExperimentGateDeps): ExperimentGateReader {
  let newest: Newest | null = null;
  return {
    async read(input, signal) {
      if (newest !== null && performance.now() < newest.dueAt) return newest.evidence;
      const began = performance.now();
      const report = await lookAtExperiment(deps, input, signal);
      await keep(deps.store, input, report, false);
      const pauseMs = Math.min(LONGEST_PAUSE_MS, (performance.now() - began) * SHARE_OF_TIME);
      const { goal } = metricNamed(input.plan.primary, input.metrics) ?? {};
      const evidence = evidenceOfExperiment(input.plan, report, goal);
      newest = { input, report, evidence, dueAt: performance.now() + pauseMs };
      return newest.evidence;
    },
    async keepNewest() {
      if (newest !== null) await keep(deps.store, newest.input, newest.report, true);
    },
  };
}

/** @throws {SluiceError} SPEC_INVALID for a metric that nobody defines; STORE_UNAVAILABLE, which a retry may mend */
async function lookAtExperiment(
  { store, events }: ExperimentDeps,
  input: ExperimentInput,
  signal: AbortSignal,
): Promise<ExperimentReport> {
  const { plan, metrics, planned, scope, since } = input;
  if (plan.kind === 'interleaving') {
    const at = new Date().toISOString();
    return analyseInterleaving(plan, { at, since, lists: await store.experiments.lists(scope) }, at, planned);
  }
  const options = { signal, ...(events === undefined ? {} : { events }) };
  const reading = await store.experiments.read(experimentQuestion(input), options);
  return analyseExperiment(plan, metrics, reading, reading.at, planned);
}

/** For the report: a line over time, every change of mind, and all that something is decided on. */
async function keep(
  { record }: ExperimentGateDeps['store'],
  { plan, scope }: ExperimentInput,
  report: ExperimentReport,
  isDeciding: boolean,
): Promise<void> {
  const { rolloutId } = scope;
  if (rolloutId === undefined) return;
  const before = await record.newestExperiment(rolloutId);
  if (before?.at === report.at) return;
  const isOther = before?.verdict !== report.verdict || before.decision !== report.decision;
  const agedMs = Date.parse(report.at) - Date.parse(before?.at ?? report.since);
  if (isDeciding || before === null || isOther || agedMs >= plan.maxDuration / KEPT_LOOKS)
    await record.saveExperiment(rolloutId, report);
}
