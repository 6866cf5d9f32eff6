import { randomUUID } from 'node:crypto';
import { type JsonProtocol, readinessOf } from '../../domain/protocol.js';
import type { ModelTarget } from '../../domain/route.js';
import type { ModelServer, Row } from '../../ports/model-server.js';
import { type CallOptions, createModelHttp, parseAnswer } from '../model-http.js';
import { assertAnswers } from '../readiness.js';
import { rowByRow } from '../row-by-row.js';
import { residentMemory } from '../server-metrics.js';
import { readPredictions } from './answer.js';
import { buildRequest } from './request.js';

/** A model behind plain JSON over HTTP, read by the pointers of the spec. Source: RFC 6901. */
export function createJsonClient(
  { version, url, metricsUrl }: ModelTarget,
  protocol: JsonProtocol,
  { timeoutMs = 10_000, policy }: CallOptions = {},
): ModelServer {
  const http = createModelHttp({ name: `model ${protocol.path} ${version} at ${url}`, url, timeoutMs, policy });
  const { name } = http;
  const ask = async (rows: readonly Row[], columns: readonly string[] | undefined) => {
    const id = randomUUID();
    const body = buildRequest(name, protocol, rows, id, columns);
    const startedAt = performance.now();
    const { text, bytes } = await http.post(protocol.path, body);
    const latencyMs = performance.now() - startedAt;
    return {
      predictions: readPredictions(name, protocol, parseAnswer(name, text), { rows: rows.length, id }),
      latencyMs,
      bytes,
    };
  };
  return {
    assertReady: () => assertAnswers(http, readinessOf(protocol)),
    /** Such a service says nothing of itself: what the spec says of it. */
    async metadata() {
      const inputs = (protocol.features.names ?? []).map((column) => ({ name: column, datatype: 'JSON', shape: [-1] }));
      const outputs = [protocol.prediction, ...(protocol.score === undefined ? [] : [protocol.score])];
      return {
        name: protocol.path,
        versions: [version],
        platform: 'json',
        inputs,
        outputs: outputs.map((pointer) => ({ name: pointer, datatype: 'JSON', shape: [-1] })),
        parameters: {},
      };
    },
    async infer(rows, columns) {
      return protocol.batch === false ? rowByRow(rows, (row) => ask([row], columns)) : ask(rows, columns);
    },
    memoryBytes: async () =>
      metricsUrl === undefined ? null : residentMemory(name, metricsUrl, { timeoutMs, policy }),
  };
}
