import { SluiceError } from '../../domain/errors.js';
import type { CheckOf, Validation } from '../../domain/spec/validation/index.js';
import { needsLoad } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { ArmEvidence } from '../../domain/verdict.js';
import type { ModelServer } from '../../ports/model-server.js';
import { sketchCount, sketchQuantile } from '../../stats/index.js';
import { judgeValue, needsBaseline, result } from '../judge-value.js';
import type { ProbeStage } from '../probe-stage.js';
import { promptOf } from './chat-prompts.js';
import { type LoadRun, type LoadRuns, runLoad } from './load.js';
import type { LoadBatch } from './load-arm.js';
import { withNotes } from './measured-share.js';
import { createSharedRuns } from './shared-runs.js';
import { whileAlive } from './while-alive.js';

export type LoadCheck =
  | CheckOf<'load_latency_p50' | 'load_latency_p95' | 'load_latency_p99'>
  | CheckOf<'throughput' | 'load_error_rate'>;

const sharedLoads = createSharedRuns<LoadRuns>();

/** Judges what the one load run of the plan measured. The baseline is put under load only where a check compares with it: it may be serving users. */
export async function probeLoad(check: LoadCheck, plan: Validation, stage: ProbeStage): Promise<CheckResult> {
  const { load } = plan;
  if (load === undefined) return result(check, { verdict: 'inconclusive', reason: 'the plan has no `load`' });
  if (stage.sample.length === 0)
    return result(check, { verdict: 'inconclusive', reason: 'there are no rows to ask with' });
  const withBaseline = plan.checks.some((other) => needsLoad(other) && needsBaseline(other));
  const runs = await sharedLoads(stage, load, withBaseline, () =>
    runLoad(load, stage, withBaseline, requestOf(plan, stage)),
  );
  return judgeLoad(check, runs);
}

/** One request, and how long it took. */
function requestOf(plan: Validation, stage: ProbeStage): (server: ModelServer, batch: LoadBatch) => Promise<number> {
  return async (server, batch) => {
    const rows = batch.flatMap((at) => stage.sample[at] ?? []);
    if (server.generate === undefined) {
      const { latencyMs } = await calledOff(stage, () =>
        server.infer(
          rows.map(({ features }) => features),
          stage.columns.features,
        ),
      );
      return latencyMs;
    }
    const prompts = rows.map((row) => promptOf(plan, row) ?? '');
    const answers = (await calledOff(stage, async () => server.generate?.(prompts))) ?? [];
    const failed = answers.find(({ error }) => error !== null)?.error;
    if (failed) throw new SluiceError(failed.code, failed.message);
    return answers.reduce((sum, { latencyMs }) => sum + latencyMs, 0);
  };
}

/** Beats are the load's own: one for each of thousands of requests would be too many. */
function calledOff<T>(stage: ProbeStage, call: () => Promise<T>): Promise<T> {
  return whileAlive({ signal: stage.signal, beat: () => undefined }, '', call);
}

interface Measure {
  readonly better: 'higher' | 'lower';
  readonly of: (run: LoadRun) => ArmEvidence;
}

const MEASURES: Readonly<Record<LoadCheck['metric'], Measure>> = {
  load_latency_p50: latency(0.5),
  load_latency_p95: latency(0.95),
  load_latency_p99: latency(0.99),
  throughput: {
    better: 'higher',
    of: (run) => ({ samples: run.requests, value: hasSpeed(run) ? rowsPerSecond(run) : null }),
  },
  load_error_rate: {
    better: 'lower',
    of: ({ requests, failed }) => ({ samples: requests, value: requests === 0 ? null : failed / requests }),
  },
};

function latency(quantile: number): Measure {
  return {
    better: 'lower',
    of: (run) => ({
      samples: sketchCount(run.latencies),
      value: hasSpeed(run) ? sketchQuantile(run.latencies, quantile) : null,
    }),
  };
}

/** A server that could not bear the load has no speed under it, however fast the few answers were. */
function hasSpeed({ latencies, stopped }: LoadRun): boolean {
  return stopped === null && sketchCount(latencies) > 0;
}

function rowsPerSecond({ rows, elapsedMs }: LoadRun): number {
  return (1000 * rows) / elapsedMs;
}

function judgeLoad(check: LoadCheck, { candidate, baseline }: LoadRuns): CheckResult {
  const { better, of } = MEASURES[check.metric];
  const judged = judgeValue({
    check,
    candidate: of(candidate),
    ...(baseline === null ? {} : { baseline: of(baseline) }),
    better,
    counted: 'requests',
    unknown: unknownOf(candidate),
    details: { load: [shown('candidate', candidate), ...(baseline === null ? [] : [shown('baseline', baseline)])] },
  });
  return withNotes(judged, [
    ...notesOf('candidate', candidate),
    ...(baseline === null ? [] : notesOf('baseline', baseline)),
  ]);
}

function unknownOf({ requests, failed, stopped }: LoadRun): string {
  return stopped === null ? `${failed} of ${requests} requests failed` : `the load was stopped, as ${stopped}`;
}

function notesOf(arm: string, { failed, requests, firstFault, stopped }: LoadRun): string[] {
  if (failed === 0) return [];
  const end = stopped === null ? '' : ', and the load was stopped';
  return [`${arm}: ${failed} of ${requests} requests failed${end}, the first with: ${firstFault}`];
}

/** A flat line for reports. */
function shown(version: string, run: LoadRun): Record<string, string | number | null> {
  const { requests, failed, rows, elapsedMs, latencies } = run;
  const at = (quantile: number) => (sketchCount(latencies) === 0 ? null : roundMs(sketchQuantile(latencies, quantile)));
  const rowsASecond = elapsedMs > 0 ? Math.round(10 * rowsPerSecond(run)) / 10 : null;
  return {
    version,
    requests,
    failed,
    rows,
    elapsedMs: Math.round(elapsedMs),
    rowsPerSecond: rowsASecond,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
  };
}

/** The sketch is right to a hundredth of the value anyway. */
function roundMs(ms: number): number {
  return Number(ms.toPrecision(4));
}
