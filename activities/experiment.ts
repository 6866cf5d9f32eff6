import { SluiceError } from '../src/domain/errors.js';
import type { AbTest } from '../src/domain/spec/experiment.js';
import { type MetricDefinition, metricNamed } from '../src/domain/spec/metric-definition.js';
import type { Planned } from '../src/experiment/analyse.js';
import { PLANNING_HISTORY_MS } from '../src/experiment/design.js';
import { type ExperimentPlan, planExperiment } from '../src/experiment/plan.js';
import { UNPLANNED_TUNING } from '../src/experiment/sample-size.js';
import type { EventSource, ExperimentQuestion, ExperimentScope, ReadOptions } from '../src/ports/experiment-data.js';
import type { Store } from '../src/ports/store.js';
import { whileBeating } from './beating.js';

export interface ExperimentDeps {
  readonly store: Pick<Store, 'experiments'>;
  /** Absent: metrics with a query of their own are unreadable. */
  readonly events?: EventSource;
}

/** An evaluation as its spec has it. */
interface ExperimentSpec {
  readonly plan: AbTest;
  /** The spec's own metrics. */
  readonly metrics: readonly MetricDefinition[];
}

export interface ExperimentInput extends ExperimentSpec {
  readonly scope: ExperimentScope;
  /** When it began, ISO. */
  readonly since: string;
  /** Segments in which the candidate has a weight of its own. */
  readonly apart: readonly string[];
  readonly planned: Planned | null;
}

export interface PlanInput extends ExperimentSpec {
  readonly service: string;
}

export const createExperimentActivities = ({ store, events }: ExperimentDeps) => {
  const options = (signal: AbortSignal): ReadOptions => ({ signal, ...(events === undefined ? {} : { events }) });
  return {
    /**
     * Sample size and duration from the traffic so far. Heartbeats; cancellation ends the reading.
     * @throws {SluiceError} SPEC_INVALID for a metric that nobody defines; STORE_UNAVAILABLE, which a retry may mend
     */
    async planExperiment({ plan, metrics, service }: PlanInput): Promise<ExperimentPlan> {
      if (plan.kind === 'interleaving') return unplannable(plan);
      return whileBeating(async ({ cancellationSignal }) => {
        const primary = defined(plan.primary, metrics);
        const historyMs = plan.planning?.history ?? PLANNING_HISTORY_MS;
        const question = { service, historyMs, primary, beforeMs: plan.cuped?.before ?? null };
        return planExperiment(plan, primary, await store.experiments.forecast(question, options(cancellationSignal)));
      });
    },
  };
};

export type ExperimentActivities = ReturnType<typeof createExperimentActivities>;

/** What a spec's plan asks of the record. */
export function experimentQuestion({ plan, metrics, scope, since, apart }: ExperimentInput): ExperimentQuestion {
  const { primary, secondary = [], guardrails = [] } = plan;
  const names = new Set([primary, ...secondary, ...guardrails.map(({ metric }) => metric)]);
  return {
    scope,
    since,
    metrics: [...names].map((name) => defined(name, metrics)),
    byDay: [primary],
    segments: plan.segments ?? [],
    apart,
    beforeMs: plan.cuped?.before ?? null,
    maxEventsPerHour: plan.bots?.maxEventsPerUnitPerHour ?? null,
  };
}

/** Nobody has met a merged list before the evaluation. */
function unplannable({ tuning = UNPLANNED_TUNING }: AbTest): ExperimentPlan {
  const reason =
    'which of two rankings users prefer is not known before they meet both: the sample follows from what they do';
  const unknown = { neededPerArm: null, days: null, powerAtMax: null, unitsPerArmAtMax: null };
  return { ...unknown, tuning, reason, refusal: null, warning: null };
}

function defined(name: string, metrics: readonly MetricDefinition[]): MetricDefinition {
  const metric = metricNamed(name, metrics);
  if (metric === undefined) throw new SluiceError('SPEC_INVALID', `metric ${name} is not defined`);
  return metric;
}
