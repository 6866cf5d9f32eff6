import axios from 'axios';
import { SluiceError } from '../../domain/errors.js';
import { type ChatProtocol, readinessOf } from '../../domain/protocol.js';
import type { ModelTarget } from '../../domain/route.js';
import type { Cell, Generation, ModelServer, Row } from '../../ports/model-server.js';
import { isObject, valueAt } from '../../protocols/json-pointer.js';
import { bearerToken } from '../../secrets/bearer.js';
import type { Secrets } from '../../secrets/secrets.js';
import { type CallOptions, createModelHttp, httpSettings, parseAnswer } from '../model-http.js';
import { assertAnswers } from '../readiness.js';
import { residentMemory } from '../server-metrics.js';
import { generateOne } from './generate.js';

export interface ChatClientOptions extends CallOptions {
  readonly secrets: Secrets;
}

/**
 * A language model behind OpenAI-compatible chat completions.
 * Source: https://github.com/openai/openai-openapi, chat completions; https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 */
export function createChatClient(
  { version, url, metricsUrl }: ModelTarget,
  protocol: ChatProtocol,
  { secrets, timeoutMs = 60_000, policy }: ChatClientOptions,
): ModelServer & Required<Pick<ModelServer, 'generate'>> {
  const name = `model ${protocol.model} ${version} at ${url}`;
  const headers = () => authorization(protocol, url, secrets);
  const http = createModelHttp({ name, url, timeoutMs, headers, policy });
  const streaming = axios.create(httpSettings(url, timeoutMs, policy));
  const generate = async (prompts: readonly string[]) => {
    const all: Generation[] = [];
    // One after the other: together they would measure each other's latency.
    for (const prompt of prompts)
      all.push(await generateOne({ http: streaming, name, protocol, headers: headers(), timeoutMs }, prompt));
    return all;
  };
  return {
    assertReady: () => assertAnswers(http, readinessOf(protocol)),
    /** The list of models is the one thing that all of these servers tell. */
    async metadata() {
      const list = valueAt(parseAnswer(name, (await http.get(protocol.ready)).text), ['data']);
      const model = Array.isArray(list) ? list.find((one) => valueAt(one, ['id']) === protocol.model) : undefined;
      const { model: id } = protocol;
      const parameters = isObject(model) ? model : {};
      return { name: id, versions: [version], platform: 'chat', inputs: [], outputs: [], parameters };
    },
    generate,
    async infer(rows, columns) {
      const prompts = rows.map((row, at) => promptOf(name, row, at, columns));
      const answers = await generate(prompts);
      const failed = answers.find(({ error }) => error !== null)?.error;
      if (failed) throw new SluiceError(failed.code, failed.message);
      return {
        predictions: answers.map(({ label }) => ({ label, scores: null })),
        latencyMs: answers.reduce((sum, answer) => sum + answer.latencyMs, 0),
      };
    },
    memoryBytes: async () =>
      metricsUrl === undefined ? null : residentMemory(name, metricsUrl, { timeoutMs, policy }),
  };
}

function authorization({ secretRef }: ChatProtocol, url: string, secrets: Secrets): Record<string, string> {
  return secretRef === undefined ? {} : { authorization: `Bearer ${bearerToken(secrets, secretRef, url)}` };
}

/** The column `prompt`, else the only one. */
function promptOf(name: string, row: Row, at: number, columns: readonly string[] | undefined): string {
  const column = columns?.indexOf('prompt') ?? -1;
  const prompt: Cell | undefined = column >= 0 ? row[column] : row.length === 1 ? row[0] : undefined;
  if (typeof prompt === 'string' && prompt !== '') return prompt;
  throw new SluiceError('DATASET_INVALID', `${name}: row ${at} has no text in a column "prompt", nor one text alone`);
}
