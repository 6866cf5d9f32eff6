import type { Decision } from '../../src/domain/decision.js';
import type { ExperimentReport } from '../../src/domain/experiment.js';
import type { FeatureSample, FeedbackRecord, LatencyCounts, PredictionRecord } from '../../src/domain/observation.js';
import type { ImpactSeries } from '../../src/domain/report.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import type { Evidence } from '../../src/domain/verdict.js';
import type { ReportData } from '../../src/ports/report-data.js';
import type { Store } from '../../src/ports/store.js';
import { reportDataOf } from '../../src/report/report-data-of.js';
import { bucketIndex } from '../../src/stats/sketch/latency-sketch.js';
import { migrate } from '../../src/stores/migrate.js';
import { MIGRATIONS } from '../../src/stores/migrations/index.js';
import { openPostgres } from '../../src/stores/pg-client.js';
import { openPglite } from '../../src/stores/pglite-client.js';
import { createSqlReportData } from '../../src/stores/report-data.js';
import type { SqlClient } from '../../src/stores/sql-client.js';
import { createSqlStore } from '../../src/stores/sql-store.js';
import { batchOf, bucketOf, feedbackOf, labelFor, predictionOf } from '../stores/observation-fixtures.js';
import { stateOf } from '../stores/rollout-fixtures.js';

/** A store in memory with the record of whole rollouts in it, as gateways and workflows leave it. */

const START = Date.parse('2026-11-02T08:00:00.000Z');
const MINUTE = 60_000;
const MINUTES = 360;
export const at = (minutes: number): string => new Date(START + minutes * MINUTE).toISOString();

export interface Recorded {
  readonly client: SqlClient;
  readonly store: Store;
  /** With other words of the spec, the experiment or the impact analysis than are in the store. */
  data(others?: Partial<ReportData>): ReportData;
}

export async function openRecord(databaseUrl?: string): Promise<Recorded> {
  const client = databaseUrl === undefined ? await openPglite() : openPostgres(databaseUrl);
  await migrate(client, MIGRATIONS);
  const store = createSqlStore(client);
  const data = reportDataOf({ report: createSqlReportData(client), record: store.record, impact: store.impact });
  return { client, store, data: (others = {}) => ({ ...data, ...others }) };
}

/** The same numbers at every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function normal(next: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

function latencies(next: () => number, count: number, medianMs: number): LatencyCounts {
  const counts: Record<string, number> = {};
  for (let n = 0; n < count; n += 1) {
    const index = String(bucketIndex(medianMs * Math.exp(0.35 * normal(next)) + (next() < 0.02 ? 60 : 0)));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

const STEPS = [
  { from: 30, weight: 5 },
  { from: 110, weight: 25 },
  { from: 200, weight: 50 },
  { from: 330, weight: 100 },
];
const weightAt = (minute: number) => STEPS.findLast(({ from }) => minute >= from)?.weight ?? 0;

function evidenceAt(minute: number, metric: 'error_rate' | 'latency_p99' | 'accuracy'): Evidence {
  const samples = minute * 40;
  const spread = 1 / Math.sqrt(samples + 20);
  const size = metric === 'latency_p99' ? 300 : 1;
  const margin = metric === 'latency_p99' ? 20 : 0.01;
  const difference = (metric === 'accuracy' ? 0.012 : 0.001) * size * (1 + Math.sin(minute / 9) * 3 * spread);
  const bound = difference + 0.5 * spread * size;
  const verdict = bound < margin ? 'pass' : 'inconclusive';
  return {
    metric,
    verdict,
    reason: `${metric}: difference ${difference.toPrecision(3)}, bound ${bound.toPrecision(3)}, margin ${margin}, ${samples} samples`,
    baseline: { samples, value: 0.02 },
    candidate: { samples, value: 0.02 + difference },
    difference,
    bound,
    margin,
    rule: 'confidence-sequence',
    alpha: 0.0125,
    dryRun: metric === 'accuracy',
  };
}

export function decisionsOf(rolloutId: string): Decision[] {
  const line = (minute: number, parts: Partial<Decision>): Omit<Decision, 'sequence'> => ({
    rolloutId,
    at: at(minute),
    action: 'advance',
    actor: 'sluice',
    source: 'rule',
    phase: minute < 20 ? 'validation' : minute < 330 ? 'canary' : 'cutover',
    weightPercent: weightAt(minute),
    reason: 'the step passed',
    evidence: [],
    ...parts,
  });
  const looks = Array.from({ length: 60 }, (_, n) => 32 + n * 5).map((minute) =>
    line(minute, {
      action: 'check',
      reason: 'looked at the guardrails',
      evidence: [evidenceAt(minute, 'error_rate'), evidenceAt(minute, 'latency_p99'), evidenceAt(minute, 'accuracy')],
    }),
  );
  const moves = STEPS.map(({ from, weight }) =>
    line(from, { action: 'set-weight', reason: `v2: weight ${weight} %, shadow 0 % (canary step)` }),
  );
  const people = [
    line(0, { action: 'start', actor: 'ada', source: 'client', reason: 'v1 -> v2, started by ada' }),
    line(150, {
      action: 'pause',
      actor: 'grace',
      source: 'update',
      subject: 'grace@example.test',
      reason: 'looking at the slow answers of the EU cluster',
    }),
    line(165, { action: 'resume', actor: 'grace', source: 'signal', reason: 'a noisy neighbour, not the model' }),
    line(329, { action: 'approve', actor: 'linus', source: 'update', reason: 'the numbers are good' }),
  ];
  return [...people, ...looks, ...moves]
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map((decision, n) => ({ ...decision, sequence: n + 1 }));
}

export function endedState(service: string, parts: Partial<RolloutState> = {}): RolloutState {
  const passed = (from: number, to: number, note: string) => ({
    status: 'passed' as const,
    startedAt: at(from),
    endedAt: at(to),
    note,
  });
  const skipped = { status: 'skipped' as const, startedAt: null, endedAt: null, note: 'the spec has none' };
  return stateOf(service, {
    owner: 'ml-platform',
    status: 'promoted',
    phase: 'cutover',
    phases: {
      validation: passed(0, 20, '12 checks passed on 2 000 rows'),
      shadow: skipped,
      canary: passed(30, 325, '3 steps passed'),
      abTest: passed(200, 325, 'conversion is superior'),
      cutover: passed(329, 360, 'v2 serves all'),
      impact: { status: 'running', startedAt: at(360), endedAt: null, note: 'observes until 2026-11-16' },
    },
    weightPercent: 100,
    verdict: 'pass',
    reason: 'v2 serves all; 3 of 3 guardrails passed',
    evidence: [evidenceAt(350, 'error_rate'), evidenceAt(350, 'latency_p99'), evidenceAt(350, 'accuracy')],
    models: {
      model: 'digits',
      baseline: { id: 'mv-00000000000000aa', digest: `sha256:${'1a'.repeat(32)}` },
      candidate: { id: 'mv-00000000000000bb', digest: `sha256:${'2b'.repeat(32)}` },
    },
    startedAt: at(0),
    updatedAt: at(MINUTES),
    revision: 99,
    ...parts,
  });
}

/** Six hours of traffic with labels, conversions and samples of features; the candidate is more accurate, a little slower, and asked otherwise. */
export async function recordTraffic({ store }: Recorded, { service, rolloutId }: RolloutState): Promise<void> {
  const next = random(7);
  const versions = [
    { arm: 'baseline' as const, version: 'v1', medianMs: 12, accuracy: 0.9, converts: 0.1 },
    { arm: 'candidate' as const, version: 'v2', medianMs: 13, accuracy: 0.94, converts: 0.115 },
  ];
  const buckets = [];
  const predictions: PredictionRecord[] = [];
  const feedback: FeedbackRecord[] = [];
  const features: FeatureSample[] = [];
  for (let minute = 0; minute < MINUTES; minute += 5)
    for (const { arm, version, medianMs, accuracy, converts } of versions) {
      const share = weightAt(minute) / 100;
      const requests = Math.round(200 * (arm === 'candidate' ? share : 1 - share));
      if (requests === 0) continue;
      const epoch = 1 + STEPS.findLastIndex(({ from }) => minute >= from) + 1;
      const about = { rolloutId, epoch, arm, version };
      const latency = latencies(next, requests, medianMs);
      const errors = Math.round(requests * 0.02 * next());
      buckets.push(bucketOf(service, { ...about, bucketStart: at(minute), requests, errors, latency }));
      for (let n = 0; n < Math.min(25, requests); n += 1) {
        const truth = Math.floor(next() * 4);
        const label = String(next() < accuracy ? truth : (truth + 1) % 4);
        const predicted = predictionOf(service, { ...about, at: at(minute + n / 10), label, unitHash: `u${n}` });
        predictions.push(predicted);
        feedback.push(labelFor(predicted, String(truth), { receivedAt: at(MINUTES) }));
        const { predictionId } = predicted;
        feedback.push(
          feedbackOf(service, {
            predictionId,
            epoch,
            arm,
            version,
            predictedAt: predicted.at,
            value: next() < converts ? 1 : 0,
          }),
        );
        const shift = arm === 'candidate' ? 0.9 : 0;
        features.push({
          predictionId,
          service,
          ...about,
          segment: '',
          at: predicted.at,
          label,
          score: 0.9,
          features: {
            age: Math.round(40 + 12 * normal(next)),
            amount: Math.exp(3 + 0.8 * normal(next) + shift),
            country: ['de', 'fr', 'nl', 'pl'][Math.floor(next() ** (1 + shift) * 4)] ?? 'de',
          },
        });
      }
    }
  await store.appendObservations(batchOf({ buckets, predictions, feedback, features }));
}

/** Confidence sequences that narrow, as a real one's would. */
export function experimentLooks(): ExperimentReport[] {
  return Array.from({ length: 24 }, (_, n) => {
    const units = (n + 1) * 400;
    const half = 2.6 / Math.sqrt(units) / 2;
    const effect = 0.016 + 0.03 * Math.sin(n / 2) * half;
    const estimate = (
      metric: string,
      role: 'primary' | 'secondary' | 'guardrail',
      segment: string | null,
      base: number,
      size: number,
    ) => {
      const interval = [effect * size - half * base * 3, effect * size + half * base * 3] as const;
      return {
        metric,
        role,
        segment,
        verdict: interval[0] > 0 ? ('superior' as const) : ('inconclusive' as const),
        reason: `${metric}: ${(effect * size).toPrecision(3)}`,
        baseline: { units: units / 2, value: base },
        candidate: { units: units / 2, value: base + effect * size },
        effect: effect * size,
        interval,
        relative: (effect * size) / base,
        relativeInterval: [interval[0] / base, interval[1] / base] as const,
        pValue: 0.01 / (n + 1),
        adjustedP: 0.02 / (n + 1),
        alpha: 0.05,
        rule: 'confidence-sequence',
        varianceReduction: 0.31,
      };
    };
    return {
      at: at(205 + n * 5),
      since: at(200),
      hypothesis: 'v2 raises conversion by at least one point, since it ranks fresh items higher',
      verdict: n > 15 ? 'superior' : 'inconclusive',
      decision: n > 15 ? 'promote' : 'wait',
      reason: `conversion: effect ${effect.toPrecision(3)}`,
      findings:
        n < 23
          ? []
          : [
              {
                code: 'bots',
                severity: 'warning',
                subject: 'candidate',
                reason: '132 units were left out as bots, 4 of them of the baseline',
              },
            ],
      estimates: [
        estimate('conversion', 'primary', null, 0.1, 1),
        estimate('conversion', 'secondary', 'country=de', 0.09, 1.4),
        estimate('revenue', 'secondary', null, 12.4, 40),
        estimate('retention', 'guardrail', null, 0.4, -0.5),
      ],
      novelty: {
        days: Array.from({ length: 7 }, (_, day) => ({
          day,
          effect: 0.02 - day * 0.001,
          interval: [0.004 - day * 0.001, 0.036 - day * 0.001],
        })),
        trend: -0.001,
        pValue: 0.4,
      },
      units: { have: units, need: 8200 },
    };
  });
}

export function impactOf(metric = 'conversion'): ImpactSeries {
  const next = random(3);
  const days = 35;
  const cutover = 21;
  const points = Array.from({ length: days }, (_, day) => {
    const expected = 0.1 + 0.012 * Math.sin((2 * Math.PI * day) / 7);
    const isAfter = day >= cutover;
    return {
      at: new Date(START + (day - cutover) * 86_400_000).toISOString(),
      actual: expected + 0.002 * normal(next) + (isAfter ? 0.011 : 0),
      counterfactual: expected,
      low: expected - 0.004,
      high: expected + 0.004,
    };
  });
  return {
    metric,
    unit: 'share',
    method: 'segmented-regression',
    hypothesis: 'conversion rises by at least one point',
    verdict: 'pass',
    reason: `${metric}: effect 1.09 %, interval 0.84 % to 1.34 %, 21 days before and 14 after`,
    cutoverAt: new Date(START).toISOString(),
    effect: 0.0109,
    interval: [0.0084, 0.0134],
    placebo: { effect: 0.0003, interval: [-0.0019, 0.0025], isClean: true },
    points,
  };
}
