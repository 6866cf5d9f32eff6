import { Context } from '@temporalio/activity';
import { judgeValidation, type ValidationRun } from '../src/analysis/validation.js';
import { SluiceError } from '../src/domain/errors.js';
import type { ModelTarget } from '../src/domain/route.js';
import type { DatasetSpec } from '../src/domain/spec/dataset.js';
import type { RolloutSpec } from '../src/domain/spec/rollout-spec.js';
import type { Validation } from '../src/domain/spec/validation.js';
import type { Evidence } from '../src/domain/verdict.js';
import type { Dataset, Row } from '../src/ports/dataset.js';
import type { ModelServer } from '../src/ports/model-server.js';
import { bucketIndex } from '../src/stats/sketch/latency-sketch.js';

export interface ValidationDeps {
  /** @throws {SluiceError} DATASET_INVALID naming file and line */
  readonly openDataset: (spec: DatasetSpec, signal: AbortSignal) => Promise<Dataset>;
  readonly modelServer: (target: ModelTarget, protocol: RolloutSpec['protocol']) => ModelServer;
}

export const createValidationActivities = ({ openDataset, modelServer }: ValidationDeps) => ({
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
    const dataset = await openDataset(plan.dataset, Context.current().cancellationSignal);
    const run = (target: ModelTarget) => runDataset(modelServer(target, spec.protocol), dataset, plan.batchSize);
    const compares = plan.checks.some((check) => 'noWorseThan' in check && check.noWorseThan === 'baseline');
    const candidate = await run(spec.candidate);
    return judgeValidation(plan.checks, candidate, compares ? await run(spec.baseline) : null);
  },
});

export type ValidationActivities = ReturnType<typeof createValidationActivities>;

async function runDataset(server: ModelServer, dataset: Dataset, batchSize: number): Promise<ValidationRun> {
  const truth: string[] = [];
  const predicted: string[] = [];
  const latency: Record<string, number> = {};
  let scoresOutOfBounds = 0;
  const signal = Context.current().cancellationSignal;
  for await (const rows of dataset.batches({ size: batchSize, signal })) {
    const complete = rows.map((row) => completeRow(dataset, row));
    truth.push(...complete.map(({ label }) => label));
    const { predictions, latencyMs } = await server.infer(
      complete.map(({ features }) => features),
      dataset.columns.features,
    );
    for (const { label, scores } of predictions) {
      predicted.push(label);
      scoresOutOfBounds += scores?.filter((score) => !(score >= 0 && score <= 1)).length ?? 0;
    }
    const bucket = String(bucketIndex(latencyMs));
    latency[bucket] = (latency[bucket] ?? 0) + 1;
    Context.current().heartbeat({ rows: predicted.length });
  }
  return { truth, predicted, scoresOutOfBounds, latency };
}

/** @throws {SluiceError} DATASET_INVALID: a tensor has no word for a missing number, and without a label nothing is right or wrong */
function completeRow(
  { name, columns }: Dataset,
  { index, features, label }: Row,
): { features: number[]; label: string } {
  const missing = (column: string | null) =>
    new SluiceError('DATASET_INVALID', `${name}: row ${index}: ${column ?? 'the label'} is missing`);
  if (label === null) throw missing(columns.label);
  const numbers = features.map((value, i) => {
    if (value === null) throw missing(columns.features[i] ?? null);
    return value;
  });
  return { features: numbers, label };
}
