import { type OpenInferenceProtocol, pathPrefix, readinessOf } from '../../domain/protocol.js';
import type { ModelTarget } from '../../domain/route.js';
import type { ModelMetadata, ModelServer } from '../../ports/model-server.js';
import { type Answer, type CallOptions, createModelHttp, parseAnswer } from '../model-http.js';
import { assertAnswers } from '../readiness.js';
import { rowByRow } from '../row-by-row.js';
import { residentMemory } from '../server-metrics.js';
import { readPredictions } from './answer.js';
import { NO_METADATA, readMetadata } from './metadata.js';
import { planRequests } from './request.js';

/**
 * A model server that speaks the Open Inference Protocol v2 over HTTP, with its model repository extension.
 * Source: https://kserve.github.io/website/latest/modelserving/data_plane/v2_protocol/ and
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md
 */
export function createOpenInferenceClient(
  { version, url, metricsUrl }: ModelTarget,
  protocol: OpenInferenceProtocol,
  { timeoutMs = 10_000, policy }: CallOptions = {},
): ModelServer {
  const http = createModelHttp({ name: `model ${protocol.model} ${version} at ${url}`, url, timeoutMs, policy });
  const { name } = http;
  const path = pathPrefix(protocol);
  const repository = `/v2/repository/models/${protocol.model}`;
  let declared: Promise<Pick<ModelMetadata, 'inputs' | 'outputs'>> | null = null;
  const metadata = async () => readMetadata(name, parseAnswer(name, (await http.get(path)).text));
  /** Asked once. The protocol has servers say it, and not all of them do. */
  const tensors = async () => {
    declared ??= metadataOrNone(name, () => http.get(path));
    return declared.catch((error: unknown) => {
      declared = null;
      throw error;
    });
  };
  const ask = async (body: unknown, rows: number) => {
    const startedAt = performance.now();
    const { text, bytes } = await http.post(`${path}/infer`, body);
    const latencyMs = performance.now() - startedAt;
    return { predictions: readPredictions(name, parseAnswer(name, text), rows), latencyMs, bytes };
  };
  return {
    metadata,
    assertReady: () => assertAnswers(http, readinessOf(protocol)),
    async infer(rows, columns) {
      const plan = planRequests(name, await tensors(), rows[0]?.length ?? 0, columns);
      if (plan.isBatched) return ask(plan.build(rows), rows.length);
      return rowByRow(rows, (row) => ask(plan.build([row]), 1));
    },
    async load() {
      await http.post(`${repository}/load`, {});
    },
    async unload() {
      await http.post(`${repository}/unload`, {});
    },
    memoryBytes: async () =>
      metricsUrl === undefined ? null : residentMemory(name, metricsUrl, { timeoutMs, policy }),
  };
}

async function metadataOrNone(name: string, get: () => Promise<Answer>) {
  const answer = await get().catch((error: unknown) => {
    // 4xx: the server has no such page.
    if ((error as { code?: unknown }).code === 'MODEL_ANSWER_INVALID') return null;
    throw error;
  });
  return answer === null ? NO_METADATA : readMetadata(name, parseAnswer(name, answer.text));
}
