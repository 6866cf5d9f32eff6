import { z } from 'zod';
import type { OpenApproval } from '../../domain/approval.js';
import type { Decision } from '../../domain/decision.js';
import type { ExperimentReport } from '../../domain/experiment.js';
import { PHASES } from '../../domain/phase.js';
import type { DriftReport, ImpactSeries, Part, Report } from '../../domain/report.js';
import { type Paused, ROLLOUT_STATUSES, type RolloutState, type Waiting } from '../../domain/rollout-state.js';
import { duration } from '../../domain/spec/duration.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import { serviceName } from '../../domain/spec/target.js';
import { documentOf, next, paging, percent, person, rolloutId, shapeOf, time, truth, verdict } from './common.js';

const status = z.enum(ROLLOUT_STATUSES);
const phase = z.enum(PHASES);
const count = z.int().min(0);

const waiting = shapeOf<Waiting>(
  z.object({
    kind: z
      .string()
      .describe('delay, bake, samples, approval, hold, freeze, confirm, scaling, warm-baseline or rollback'),
    since: time,
    until: time.nullable().describe('null: only a person ends it.'),
    note: z.string(),
    lacks: z.string().optional().describe('Of samples: what the newest look of the watch still found missing.'),
  }),
);
const paused = shapeOf<Paused>(z.object({ actor: z.string(), reason: z.string(), at: time, until: time.optional() }));
const approval = shapeOf<OpenApproval>(
  z.object({
    approvers: z.array(z.string()).nullable().describe('null: anybody may.'),
    quorum: z.int().min(1),
    author: z.string().nullable(),
    given: z.array(
      z.object({ actor: z.string(), source: z.string(), at: time, reason: z.string(), basis: z.string() }),
    ),
    delegated: z.array(z.object({ from: z.string(), to: z.string() })).optional(),
  }),
);
const arm = z.object({ samples: z.number(), value: z.number().nullable() });
const evidence = z.looseObject({
  metric: z.string(),
  verdict,
  reason: z.string(),
  baseline: arm,
  candidate: arm,
  difference: z.number().nullable(),
  bound: z.number().nullable(),
  margin: z.number(),
  rule: z.string(),
  alpha: z.number(),
  dryRun: z.boolean(),
  segment: z.string().optional(),
  gate: z.enum(['samples', 'shadow', 'abTest']).optional().describe('Absent: it is a guardrail’s.'),
  at: time.optional().describe('Which look it is of: when it was read.'),
  epochs: z.array(count).length(2).optional().describe('That were read, both inclusive.'),
  exhausted: z.boolean().optional(),
});

const common = {
  rolloutId: z.string(),
  service: z.string(),
  baseline: z.string(),
  candidate: z.string(),
  status,
  phase,
  step: count.nullable().describe('The canary step, counted from 0; null outside the canary.'),
  stepCount: count,
  weightPercent: percent,
  shadowPercent: percent,
  verdict,
  owner: z.string(),
  waiting: waiting.nullable(),
  paused: paused.nullable(),
  startedAt: time,
  updatedAt: time,
  reason: z.string(),
  revision: count.describe('Grows with each change: what comes with a lower one is older.'),
};

/** One line of the list, and what an event says of a rollout. */
export const rolloutSummary = z.object({
  ...common,
  approval: approval.nullable(),
  eta: time.nullable(),
  needsMe: z.boolean().describe('It waits for a yes or no that whoever asks may give.'),
});
export type RolloutSummary = z.output<typeof rolloutSummary>;

export const rolloutQuery = z.object({
  service: serviceName.optional(),
  status: status.optional(),
  search: person.max(100).optional().describe('In ids, services, versions and owners; any case.'),
  needsMe: truth.default(false),
  active: truth.default(false).describe('Only those that have not ended.'),
  ...paging(50, 500),
});
export const rolloutPage = z.object({ items: z.array(rolloutSummary), next });
export type RolloutPage = z.output<typeof rolloutPage>;

const progress = z.object({
  status: z.enum(['pending', 'running', 'passed', 'failed', 'skipped']),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  note: z.string(),
});
const state = z.looseObject({
  ...common,
  startedBy: z.string().optional(),
  phases: z.record(phase, progress),
  epoch: count,
  approval: approval.nullable().optional(),
  evidence: z.array(evidence).describe('Each guardrail’s last verdict with its numbers.'),
});

export interface RolloutDetail extends RolloutState {
  /** As it was given, without what stands in URLs before an @; null where it was not kept. */
  spec: RolloutSpec | null;
  needsMe: boolean;
  links: {
    /** The rollout's history in Temporal's Web UI; null where TEMPORAL_UI_URL names none. */
    webUi: string | null;
    report: string;
    reportHtml: string;
  };
}
export const rolloutDetail = shapeOf<RolloutDetail>(
  state.extend({
    spec: documentOf<RolloutSpec>('docs/spec.md describes it.').nullable(),
    needsMe: z.boolean(),
    links: z.object({ webUi: z.string().nullable(), report: z.string(), reportHtml: z.string() }),
  }),
);

export const ofRollout = z.object({ rolloutId });
export const decision = shapeOf<Decision>(
  z.looseObject({
    rolloutId: z.string(),
    sequence: z.int().min(1),
    at: time,
    action: z.string(),
    actor: z.string(),
    subject: z.string().optional(),
    source: z.enum(['update', 'signal', 'client', 'rule']),
    phase: z.string(),
    weightPercent: z.number(),
    reason: z.string(),
    evidence: z.array(evidence),
  }),
);
export const decisionQuery = z.object(paging(1000, 1000));
export const decisionPage = z.object({ decisions: z.array(decision), next });
export type DecisionPage = z.output<typeof decisionPage>;

/** Buckets are whole multiples of 10 s; so that no answer is endless, the interval grows where there would be more than 500. */
export const seriesQuery = z.object({
  interval: duration.optional().describe('Of a bucket, such as 10s or 5m. Default: what makes at most 120 points.'),
  since: time.optional().describe('Default: when the rollout began.'),
});
const milliseconds = z.number().nullable();
export const series = z.object({
  rolloutId: z.string(),
  since: time,
  until: time,
  intervalMs: z.int().min(10_000),
  versions: z.array(
    z.object({
      version: z.string(),
      points: z.array(
        z.object({
          at: time.describe('The beginning of the bucket.'),
          requests: count,
          errors: count,
          p50: milliseconds,
          p95: milliseconds,
          p99: milliseconds,
        }),
      ),
    }),
  ),
  weights: z.array(z.object({ at: time, weightPercent: percent })).describe('Of the candidate, from then on.'),
});
export type RolloutSeries = z.output<typeof series>;

export const experimentPage = z.object({
  experiments: z.array(documentOf<ExperimentReport>('One look: docs/experiments.md')),
  next,
});
export type ExperimentPage = z.output<typeof experimentPage>;

const part = <T>(description: string) =>
  shapeOf<Part<T>>(
    z.object({
      data: z.unknown().describe(description),
      note: z.string().nullable().describe('Why there is nothing, or what was left out.'),
    }),
  );
export const impactAnswer = z.object({
  impact: part<readonly ImpactSeries[]>('A list of series, as in reports: docs/impact.md'),
});
export const driftAnswer = z.object({
  drift: part<DriftReport>('Features, the farthest first, with their tests: docs/reports.md'),
});
export const report = documentOf<Report>('docs/reports.md describes it.');
