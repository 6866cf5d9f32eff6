import type { Validation } from '../../domain/spec/validation/index.js';
import type { ModelServer } from '../../ports/model-server.js';
import type { SketchCounts } from '../../stats/index.js';
import type { ProbeStage } from '../probe-stage.js';
import { LoadArm, type LoadBatch } from './load-arm.js';

export type LoadPlan = NonNullable<Validation['load']>;

/** What one version did under the load of all its turns. */
export interface LoadRun {
  readonly requests: number;
  readonly failed: number;
  /** Answered. */
  readonly rows: number;
  /** Of its turns, each until its last answer. */
  readonly elapsedMs: number;
  /** Of the requests that were answered. */
  readonly latencies: SketchCounts;
  /** Why it ended early; null where it did not. */
  readonly stopped: string | null;
  readonly firstFault: string | null;
}

export interface LoadRuns {
  readonly candidate: LoadRun;
  readonly baseline: LoadRun | null;
}

/** In mirrored turns, so that a machine that gets slower meanwhile does so for both alike. */
const TURNS = ['candidate', 'baseline', 'baseline', 'candidate'] as const;

/**
 * Puts both versions under the same bounded load, one after the other: so many requests in flight, until the time or the number of requests is up.
 * @param ask one request with these places of the sample; how many milliseconds it took
 */
export async function runLoad(
  plan: LoadPlan,
  stage: ProbeStage,
  withBaseline: boolean,
  ask: (server: ModelServer, batch: LoadBatch) => Promise<number>,
): Promise<LoadRuns> {
  const arms = {
    candidate: new LoadArm((batch) => ask(stage.candidate, batch), plan, stage),
    baseline: new LoadArm((batch) => ask(stage.baseline, batch), plan, stage),
  };
  const turns = withBaseline ? TURNS : (['candidate'] as const);
  const ofArm = turns.filter((arm) => arm === 'candidate').length;
  for (const arm of turns)
    await arms[arm].turn(`load ${arm}`, {
      durationMs: plan.duration / ofArm,
      requests: Math.ceil(plan.requests / ofArm),
    });
  return { candidate: arms.candidate.run(), baseline: withBaseline ? arms.baseline.run() : null };
}
