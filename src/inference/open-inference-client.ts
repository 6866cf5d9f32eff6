import axios from 'axios';
import { z } from 'zod';
import { describeError, SluiceError } from '../domain/errors.js';
import type { ModelTarget, Protocol } from '../domain/route.js';
import type { ModelServer, Prediction } from '../ports/model-server.js';

/** The outputs this client asks for and understands. */
const answerSchema = z.object({
  outputs: z.array(z.object({ name: z.string(), shape: z.array(z.number()), data: z.array(z.unknown()) })).min(1),
});
type Answer = z.output<typeof answerSchema>;

/**
 * A model server that speaks the Open Inference Protocol v2 over HTTP.
 * Source: https://kserve.github.io/website/latest/modelserving/data_plane/v2_protocol/
 */
export function createOpenInferenceClient(target: ModelTarget, protocol: Protocol, timeoutMs = 10_000): ModelServer {
  const http = axios.create({
    baseURL: target.url,
    timeout: timeoutMs,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: 50 * 2 ** 20,
  });
  const name = `model ${protocol.model} ${target.version} at ${target.url}`;
  const path = `/v2/models/${protocol.model}`;
  return {
    async assertReady() {
      await call(name, () => http.get(`${path}/ready`));
    },
    async infer(rows) {
      const shape = [rows.length, rows[0]?.length ?? 0];
      const body = { inputs: [{ name: 'predict', shape, datatype: 'FP32', data: rows.flat() }] };
      const startedAt = performance.now();
      const answer = await call(name, () => http.post<unknown>(`${path}/infer`, body));
      const latencyMs = performance.now() - startedAt;
      const parsed = answerSchema.safeParse(answer);
      if (!parsed.success) throw new SluiceError('MODEL_ANSWER_INVALID', `${name}: ${z.prettifyError(parsed.error)}`);
      return { predictions: readPredictions(parsed.data, rows.length, name), latencyMs };
    },
  };
}

async function call<T>(name: string, request: () => Promise<{ data: T }>): Promise<T> {
  try {
    return (await request()).data;
  } catch (error) {
    const status = axios.isAxiosError(error) ? error.response?.status : undefined;
    // A refusal will be the same next time; a broken connection or a failing server may mend.
    const code = status !== undefined && status >= 400 && status < 500 ? 'MODEL_ANSWER_INVALID' : 'MODEL_UNREACHABLE';
    throw new SluiceError(code, `${name}: ${describeError(error)}`, { cause: error });
  }
}

/** The predicted class stands in the output `predict`, else in the first; scores in `predict_proba`, where it is there. */
function readPredictions({ outputs }: Answer, rows: number, name: string): Prediction[] {
  const labels = (outputs.find((output) => output.name === 'predict') ?? outputs[0])?.data ?? [];
  if (labels.length !== rows)
    throw new SluiceError('MODEL_ANSWER_INVALID', `${name}: ${labels.length} predictions for ${rows} rows`);
  const scores = outputs.find((output) => output.name === 'predict_proba');
  const width = scores === undefined ? 0 : scores.data.length / rows;
  return labels.map((label, row) => {
    if (typeof label !== 'string' && typeof label !== 'number')
      throw new SluiceError('MODEL_ANSWER_INVALID', `${name}: prediction ${row} is ${JSON.stringify(label)}`);
    return { label: String(label), scores: scores?.data.slice(row * width, (row + 1) * width).map(Number) ?? null };
  });
}
