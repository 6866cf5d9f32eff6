import { Context } from '@temporalio/activity';
import { judgeValidation, type ValidationRun } from '../src/analysis/validation.js';
import type { ModelTarget } from '../src/domain/route.js';
import type { Validation } from '../src/domain/spec/phases.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Evidence } from '../src/domain/verdict.js';
import type { Dataset } from '../src/ports/dataset.js';
import type { ModelServer } from '../src/ports/model-server.js';
import { bucketIndex } from '../src/stats/sketch/latency-sketch.js';

export interface ValidationDeps {
  /** @throws {SluiceError} DATASET_INVALID naming file and line */
  readonly readDataset: (path: string) => Promise<Dataset>;
  readonly modelServer: (target: ModelTarget, protocol: RolloutSpec['protocol']) => ModelServer;
}

export const createValidationActivities = ({ readDataset, modelServer }: ValidationDeps) => ({
  /** Asks both model servers whether they are ready. @throws {SluiceError} MODEL_UNREACHABLE with the address and the cause */
  async assertServersReady(spec: RolloutSpec): Promise<void> {
    await Promise.all(
      [spec.baseline, spec.candidate].map((target) => modelServer(target, spec.protocol).assertReady()),
    );
  },

  /** The way back leads somewhere. @throws {SluiceError} MODEL_UNREACHABLE with the address and the cause */
  async assertBaselineReady({ baseline, protocol }: RolloutSpec): Promise<void> {
    await modelServer(baseline, protocol).assertReady();
  },

  /** Sends the held-out data set to the candidate, and to the baseline where a check compares them, and judges every check. */
  async validate(spec: RolloutSpec, plan: Validation): Promise<Evidence[]> {
    const dataset = await readDataset(plan.dataset);
    const run = (target: ModelTarget) => runDataset(modelServer(target, spec.protocol), dataset, plan.batchSize);
    const compares = plan.checks.some((check) => 'noWorseThan' in check && check.noWorseThan === 'baseline');
    const candidate = await run(spec.candidate);
    return judgeValidation(plan.checks, candidate, compares ? await run(spec.baseline) : null);
  },
});

export type ValidationActivities = ReturnType<typeof createValidationActivities>;

async function runDataset(server: ModelServer, dataset: Dataset, batchSize: number): Promise<ValidationRun> {
  const predicted: string[] = [];
  const latency: Record<string, number> = {};
  let scoresOutOfBounds = 0;
  for (let start = 0; start < dataset.rows.length; start += batchSize) {
    const { predictions, latencyMs } = await server.infer(dataset.rows.slice(start, start + batchSize));
    for (const { label, scores } of predictions) {
      predicted.push(label);
      scoresOutOfBounds += scores?.filter((score) => !(score >= 0 && score <= 1)).length ?? 0;
    }
    const bucket = String(bucketIndex(latencyMs));
    latency[bucket] = (latency[bucket] ?? 0) + 1;
    Context.current().heartbeat({ rows: predicted.length });
  }
  return { truth: dataset.labels, predicted, scoresOutOfBounds, latency };
}
