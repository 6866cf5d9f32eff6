import { judgeLook, type Look, type Measured } from '../src/analysis/look.js';
import { isQueryDue, type QueryLook } from '../src/analysis/query-guardrail.js';
import { judgeLabelCount, judgeSampleCount } from '../src/analysis/sample-count.js';
import { judgeShadow } from '../src/analysis/shadow.js';
import { unreadable } from '../src/analysis/unreadable.js';
import { describeError, SluiceError } from '../src/domain/errors.js';
import { guardrailName } from '../src/domain/guardrail-name.js';
import type { ProgressByMetric, QueryProgress } from '../src/domain/guardrail-progress.js';
import type { QueryVariables } from '../src/domain/query-template.js';
import type { Route } from '../src/domain/route.js';
import type { Guardrail, MonitorGuardrail, QueryGuardrail } from '../src/domain/spec/guardrail.js';
import type { AbTest, Shadow } from '../src/domain/spec/phases.js';
import { isPerVersion } from '../src/domain/spec/query.js';
import { type Evidence, overallVerdict } from '../src/domain/verdict.js';
import type { MetricSource } from '../src/ports/metric-source.js';
import type { QueryReader, QueryValue } from '../src/ports/query-reader.js';
import type { Scope, Store } from '../src/ports/store.js';
import type { ExperimentInput } from './experiment.js';
import type { ExperimentGateReader } from './experiment-gate.js';

/** What a stretch of constant traffic must have shown before the rollout moves on. */
export type Gate =
  | { readonly kind: 'samples'; readonly minSamples: number; readonly minLabels?: number }
  | { readonly kind: 'shadow'; readonly plan: Shadow }
  | {
      readonly kind: 'abTest';
      readonly plan: AbTest;
      /** Absent in rollouts that began before units were counted: nothing is known of them, and a person decides. */
      readonly experiment?: ExperimentSetting;
      readonly minLabels?: number;
    };

/** What an evaluation is read with, beside its plan. */
type ExperimentSetting = Pick<ExperimentInput, 'metrics' | 'since' | 'planned'>;

export interface LookDeps {
  readonly store: Store;
  readonly metrics: MetricSource;
  /** Absent: this worker can ask nobody, and guardrails that need it are unreadable. */
  readonly queries?: QueryReader;
}

/** Who the arms are, for queries; both are asked about at the same moment. */
interface QueryTrial {
  readonly baseline: string;
  readonly candidate: string;
  /** Looks keep a lease alive, so none may wait for a query for longer than this. */
  readonly longestMs: number;
  readonly signal: AbortSignal;
}

/** What is compared: which observations, and what was asked of them. */
export interface Comparison {
  readonly scope: Scope;
  readonly arm: 'candidate' | 'shadow';
  /** Segments that are left out: the candidate has a weight of its own there. */
  readonly apart: readonly string[];
  readonly guardrails: readonly Guardrail[];
  /** Error budget of each guardrail. */
  readonly alpha: number;
  /** Absent where no guardrail is a query or a monitor. */
  readonly trial?: QueryTrial;
}

type Asking = Pick<LookDeps, 'metrics' | 'queries'> & { readonly store?: Pick<Store, 'monitors'> };

/** Judges all guardrails once. What can't be read is an error in its place, and stops none of the others. */
export async function look(deps: Asking, asked: Comparison, progress: ProgressByMetric): Promise<Look> {
  const at = new Date().toISOString();
  const measured = await Promise.all(
    asked.guardrails.map((guardrail) =>
      measure(deps, guardrail, asked, progress).catch(
        (error: unknown): Measured => ({ guardrail, error: describeError(error) }),
      ),
    ),
  );
  const { evidence, ...rest } = judgeLook(measured, asked.alpha, progress);
  return { ...rest, evidence: evidence.map((one) => ofLook(one, { at, scope: asked.scope })) };
}

/** Says when and what was read; evidence that stands from an earlier reading has its own time. */
function ofLook(evidence: Evidence, { at, scope: { epochs } }: { at: string; scope: Scope }): Evidence {
  return { ...evidence, at: evidence.at ?? at, ...(epochs === undefined ? {} : { epochs }) };
}

/** Segments in which the candidate has a weight of its own. */
export function apartFrom({ traffic }: Route): string[] {
  return (traffic?.segments ?? []).filter(({ percent }) => percent !== undefined).map(({ name }) => name);
}

async function measure(
  { metrics, queries, store }: Asking,
  guardrail: Guardrail,
  asked: Comparison,
  progress: ProgressByMetric,
): Promise<Measured> {
  const { scope, arm, apart } = asked;
  if (guardrail.metric === 'query')
    return { guardrail, query: await askQuery(queries, guardrail, asked, progress[guardrailName(guardrail)]?.query) };
  if (guardrail.metric === 'monitor') return { guardrail, monitor: await readMonitor(store, guardrail, asked) };
  if (guardrail.metric !== 'kayenta')
    return { guardrail, comparison: await metrics.compare(guardrail.metric, scope, arm, apart) };
  const series = await Promise.all(
    guardrail.config.metrics.map(async ({ name, query }) => [
      name,
      await metrics.series(query.metric, scope, arm, guardrail.interval),
    ]),
  );
  return { guardrail, series: Object.fromEntries(series) };
}

async function readMonitor(store: Asking['store'], { monitor }: MonitorGuardrail, { scope, trial }: Comparison) {
  if (store === undefined) throw new SluiceError('USAGE', 'monitors are read during trials only');
  const reading = await store.monitors.latest(scope.service, monitor);
  return { reading, candidate: trial?.candidate ?? null, at: new Date().toISOString() };
}

const QUERY_TIMEOUT_MS = 5000;

/** Asks about the candidate, and about the baseline where the query can. */
async function askQuery(
  queries: QueryReader | undefined,
  guardrail: QueryGuardrail,
  { scope, trial }: Comparison,
  progress: QueryProgress | undefined,
): Promise<QueryLook> {
  const now = new Date();
  const at = now.toISOString();
  if (!isQueryDue(guardrail, progress, now)) return { at, values: null };
  if (queries === undefined || trial === undefined)
    throw new SluiceError('USAGE', 'this worker can ask no queries here');
  const { baseline, candidate, longestMs, signal } = trial;
  const { provider, timeout = QUERY_TIMEOUT_MS } = guardrail;
  const sinceMs = Math.max(0, now.getTime() - Date.parse(progress?.since ?? at));
  // What came before this weight is another weight's.
  const window = `${Math.max(1, Math.round(Math.min(guardrail.window, sinceMs) / 1000))}s`;
  const common = { service: scope.service, rolloutId: scope.rolloutId ?? '', baseline, candidate, window };
  const ask = (version: string): Promise<QueryValue> => {
    const variables: QueryVariables = { ...common, version };
    return queries({ provider, variables, at: now, timeoutMs: Math.min(timeout, longestMs), signal });
  };
  const [ours, theirs] = await Promise.all([ask(candidate), isPerVersion(provider) ? ask(baseline) : null]);
  return { at, values: { candidate: ours, baseline: theirs } };
}

const UNKNOWN_SETTING: ExperimentSetting = { metrics: [], since: new Date(0).toISOString(), planned: null };

export interface GateDeps extends Pick<LookDeps, 'store'> {
  readonly experiment: ExperimentGateReader;
}

export interface GateQuestion {
  readonly scope: Scope;
  readonly apart: readonly string[];
  readonly signal: AbortSignal;
}

/** Whether there is enough to move on. */
export async function readGate(deps: GateDeps, gate: Gate, asked: GateQuestion): Promise<Evidence> {
  const at = new Date().toISOString();
  return { ...ofLook(await readAnswer(deps, gate, asked), { at, scope: asked.scope }), gate: gate.kind };
}

async function readAnswer(deps: GateDeps, gate: Gate, asked: GateQuestion): Promise<Evidence> {
  try {
    const answer = await readKind(deps, gate, asked);
    if (gate.kind === 'shadow' || gate.minLabels === undefined) return answer;
    const labels = judgeLabelCount(gate.minLabels, await deps.store.labelledOutcomes(asked.scope));
    return { ...answer, verdict: overallVerdict([answer, labels]), reason: `${answer.reason}; ${labels.reason}` };
  } catch (error) {
    return unreadable(gate.kind, describeError(error), false);
  }
}

async function readKind(
  { store, experiment: reader }: GateDeps,
  gate: Gate,
  { scope, apart, signal }: GateQuestion,
): Promise<Evidence> {
  switch (gate.kind) {
    case 'shadow':
      return judgeShadow(gate.plan, await store.shadowSummary(scope));
    case 'samples': {
      const arms = await store.armSummaries(scope);
      const candidates = arms.filter(({ arm }) => arm === 'candidate');
      return judgeSampleCount(
        gate.minSamples,
        candidates.reduce((sum, { requests }) => sum + requests, 0),
      );
    }
    case 'abTest': {
      const { plan, experiment = UNKNOWN_SETTING } = gate;
      return reader.read({ plan, ...experiment, scope, apart }, signal);
    }
  }
}
