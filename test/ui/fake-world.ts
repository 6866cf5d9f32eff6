import type { RolloutDetail, RolloutSeries, RolloutSummary } from '../../src/api/schema/rollout.js';
import type { Decision } from '../../src/domain/decision.js';
import type { ExperimentReport } from '../../src/domain/experiment.js';
import type { Incident } from '../../src/domain/incident.js';
import type { ModelVersion } from '../../src/domain/model-version.js';
import type { DriftReport } from '../../src/domain/report.js';
import type { RolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Evidence } from '../../src/domain/verdict.js';
import { stateOf } from '../stores/rollout-fixtures.js';

const MINUTE_MS = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS).toISOString();
const ahead = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS).toISOString();

const reading = (
  metric: string,
  verdict: Evidence['verdict'],
  bound: number,
  margin: number,
  values: [number, number],
): Evidence => ({
  metric,
  verdict,
  reason: `${metric} is ${values[1]} with the candidate and ${values[0]} with the baseline`,
  baseline: { samples: 4210, value: values[0] },
  candidate: { samples: 431, value: values[1] },
  difference: values[1] - values[0],
  bound,
  margin,
  rule: 'confidence-sequence',
  alpha: 0.0021,
  dryRun: false,
});

const EVIDENCE = [
  reading('error_rate', 'pass', 0.0061, 0.01, [0.0021, 0.0023]),
  reading('latency_p99', 'inconclusive', 24, 20, [18.2, 22.4]),
  reading('agreement', 'pass', 0.01, 0.05, [0.97, 0.968]),
];

const passed = (from: number, to: number, note: string) => ({
  status: 'passed' as const,
  startedAt: ago(from),
  endedAt: ago(to),
  note,
});
const skipped = { status: 'skipped' as const, startedAt: null, endedAt: null, note: '' };
const pending = { status: 'pending' as const, startedAt: null, endedAt: null, note: '' };

/** One that waits for an approval in the middle of its canary. */
export function detailOf(rolloutId: string, service: string, parts: Partial<RolloutDetail> = {}): RolloutDetail {
  const steps = [
    { setWeight: 5, bake: 600_000 },
    { setWeight: 25, bake: 600_000 },
    { pause: { approval: {} } },
    { setWeight: 50 },
  ];
  return {
    ...stateOf(service, {
      rolloutId,
      status: 'waiting',
      step: 2,
      stepCount: 4,
      weightPercent: 25,
      evidence: EVIDENCE,
      reason: 'waits for an approval before 50 %',
      waiting: { kind: 'approval', since: ago(4), until: ahead(55), note: 'asked before the weight goes to 50 %' },
      approval: { approvers: ['role:release'], quorum: 1, author: null, given: [] },
      phases: {
        validation: passed(62, 60, 'accuracy 0.972, 12 checks passed'),
        shadow: passed(60, 41, '812 pairs, 98.1 % agree'),
        canary: { status: 'running', startedAt: ago(41), endedAt: null, note: 'step 3 of 4' },
        abTest: pending,
        cutover: pending,
        impact: skipped,
      },
      eta: ahead(170),
      startedAt: ago(62),
      updatedAt: ago(1),
    }),
    needsMe: true,
    spec: { service, phases: { canary: { steps }, abTest: {} }, rights: {} } as unknown as RolloutSpec,
    links: {
      webUi: null,
      report: `/v1/rollouts/${rolloutId}/report`,
      reportHtml: `/v1/rollouts/${rolloutId}/report.html`,
    },
    ...parts,
  };
}

export function summaryFrom(detail: RolloutDetail): RolloutSummary {
  const { rolloutId, service, baseline, candidate, status, phase, step, stepCount, weightPercent, shadowPercent } =
    detail;
  const { verdict, owner, waiting, paused, startedAt, updatedAt, reason, revision, needsMe } = detail;
  const moving = { status, phase, step, stepCount, weightPercent, shadowPercent, verdict, waiting, paused };
  const named = { rolloutId, service, baseline, candidate, owner, startedAt, updatedAt, reason, revision, needsMe };
  return { ...named, ...moving, approval: detail.approval ?? null, eta: detail.eta ?? null };
}

export function seriesOf(rolloutId: string): RolloutSeries {
  const points = (base: number, from: number) =>
    Array.from({ length: 60 - from }, (_, at) => ({
      at: ago(60 - from - at),
      requests: 300,
      errors: at % 17 === 0 ? 2 : 0,
      p50: base * 0.4,
      p95: base * 0.8,
      p99: base + Math.sin(at / 5) * 3,
    }));
  return {
    rolloutId,
    since: ago(60),
    until: ago(0),
    intervalMs: 60_000,
    versions: [
      { version: 'v1', points: points(18, 0) },
      { version: 'v2', points: points(22, 20) },
    ],
    weights: [
      { at: ago(41), weightPercent: 5 },
      { at: ago(25), weightPercent: 25 },
    ],
  };
}

export function decisionsOf(rolloutId: string): Decision[] {
  const line = (sequence: number, action: Decision['action'], reason: string, minutes: number, evidence = EVIDENCE) =>
    ({
      rolloutId,
      sequence,
      at: ago(minutes),
      action,
      actor: sequence === 1 ? 'dana' : 'sluice',
      source: sequence === 1 ? 'client' : 'rule',
      phase: 'canary',
      weightPercent: sequence < 3 ? 0 : 25,
      reason,
      evidence,
    }) satisfies Decision;
  return [
    line(1, 'start', 'v2 against v1', 62, []),
    line(2, 'advance', 'the shadow phase has passed', 41),
    line(3, 'advance', '5 % has baked: all guardrails pass', 25),
    line(4, 'hold', 'an approval is asked for', 4),
  ];
}

export function looksOf(): ExperimentReport[] {
  return Array.from({ length: 12 }, (_, at) => {
    const width = 0.06 / Math.sqrt(at + 1);
    return {
      at: ago(24 - at * 2),
      since: ago(26),
      hypothesis: 'v2 raises conversion',
      verdict: at === 11 ? 'superior' : 'inconclusive',
      decision: at === 11 ? 'promote' : 'wait',
      reason: `conversion rises by 0.021, interval ${(0.021 - width).toFixed(3)} to ${(0.021 + width).toFixed(3)}`,
      findings: [],
      estimates: [
        {
          metric: 'conversion',
          role: 'primary',
          segment: null,
          verdict: at === 11 ? 'superior' : 'inconclusive',
          reason: 'the whole interval is above 0',
          baseline: { units: 900 + at * 90, value: 0.112 },
          candidate: { units: 910 + at * 88, value: 0.133 },
          effect: 0.021,
          interval: [0.021 - width, 0.021 + width],
          relative: 0.18,
          relativeInterval: [0.02, 0.35],
          pValue: 0.01,
          adjustedP: 0.02,
          alpha: 0.05,
          rule: 'confidence-sequence',
          varianceReduction: 0.2,
        },
      ],
      novelty: { days: [], trend: null, pValue: null },
      units: { have: 1810 + at * 178, need: 3800 },
    };
  });
}

export function driftOf(): DriftReport {
  const names = ['age', 'country', 'basket', 'device', 'hour'];
  return {
    verdict: 'inconclusive',
    reason: '1 of 5 features has drifted: country',
    rows: { baseline: 2000, candidate: 431 },
    findings: ['country: Jensen-Shannon distance 0.31 is above 0.1'],
    features: names.map((feature, at) => ({
      feature,
      type: at % 2 === 0 ? 'numeric' : 'categorical',
      drifted: feature === 'country',
      distance: feature === 'country' ? 0.31 : 0.02 + at / 100,
      p: feature === 'country' ? 0.0001 : 0.4,
      missingShare: at / 200,
    })),
    histograms: [],
  };
}

export function incidentOf(service: string, rolloutId: string | null, title: string): Incident {
  return {
    id: 'i-3f2a90c41b7d',
    key: 'k',
    episode: ago(30),
    service,
    source: 'monitor',
    severity: 'warning',
    cause: 'environment',
    version: null,
    rolloutId,
    title,
    labels: {},
    evidence: [{ what: 'cpu', message: 'cpu is at 0.93', value: 0.93, limit: 0.9, samples: 60 }],
    status: 'open',
    openedAt: ago(30),
    seenAt: ago(2),
    sightings: 14,
    acknowledged: null,
    resolved: null,
  };
}

export function versionOf(model: string, version: string, id: string, parents: readonly string[] = []): ModelVersion {
  const digest = `sha256:${'ab'.repeat(32)}`;
  return {
    model,
    version,
    id,
    artifact: { uri: `s3://models/${model}/${version}`, digest, bytes: 1_204_221 },
    parameters: { depth: 6, rate: 0.1 },
    code: 'a'.repeat(40),
    environment: { 'scikit-learn': '1.6.1' },
    metrics: { accuracy: 0.972, f1: 0.968 },
    datasets: [{ name: 'digits', digest, role: 'train' }],
    author: 'dana',
    parents,
    tags: {},
    description: `${version} of ${model}`,
    createdAt: ago(600),
  };
}
