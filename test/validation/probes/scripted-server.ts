import type { Protocol } from '../../../src/domain/protocol.js';
import { type Validation, validation } from '../../../src/domain/spec/validation/index.js';
import { createModelServer } from '../../../src/inference/model-server.js';
import type { ModelServer, TensorMetadata } from '../../../src/ports/model-server.js';
import type { AnsweredRow } from '../../../src/validation/answered-row.js';
import type { ProbeStage } from '../../../src/validation/probe-stage.js';
import { type Behaviour, type FakeServer, startServer } from '../../gateway/stage.js';

export type Values = readonly (number | null)[];
/** What a model says to the rows of one request: labels with scores, numbers, a status, or something else on the wire. */
type Answer =
  | { readonly labels: readonly (string | number)[]; readonly scores?: readonly (readonly number[])[] }
  | { readonly values: readonly number[] }
  | { readonly status: number }
  | { readonly text: string }
  | Behaviour;
export type Model = (rows: readonly Values[]) => Answer;

/** Sums of a row decide: 0 below 10, else 1. */
export const bySum: Model = (rows) => ({
  labels: rows.map((row) => (total(row) < 10 ? 0 : 1)),
  scores: rows.map((row) => [1 - squash(total(row)), squash(total(row))]),
});
export const sums: Model = (rows) => ({ values: rows.map(total) });
const total = (row: Values) => row.reduce<number>((sum, value) => sum + (value ?? 0), 0);
const squash = (value: number) => 1 / (1 + Math.exp(10 - value));

export interface Declared {
  readonly inputs?: readonly TensorMetadata[];
  readonly outputs?: readonly TensorMetadata[];
}

/** A real HTTP server that speaks the Open Inference Protocol, and answers as the model does. */
export async function startModel(
  model: Model,
  declared: Declared | Behaviour = {},
): Promise<FakeServer & { model: Model; memory: number | null }> {
  const server = Object.assign(await startServer(() => undefined), { model, memory: null as number | null });
  server.behaviour = (request, response, body) => {
    const path = request.url ?? '';
    if (path === '/metrics')
      return void response.end(server.memory === null ? '' : `process_resident_memory_bytes ${server.memory}\n`);
    if (path.endsWith('/ready')) return void response.end('{}');
    if (request.method === 'GET') {
      if (typeof declared === 'function') return declared(request, response, body);
      const { inputs = [], outputs = [] } = declared;
      return void response.end(JSON.stringify({ name: 'm', versions: [], platform: 'test', inputs, outputs }));
    }
    const rows = rowsOf(body);
    const answer = server.model(rows);
    if (typeof answer === 'function') return answer(request, response, body);
    if ('status' in answer) return void response.writeHead(answer.status).end('{"error":"no"}');
    response.end('text' in answer ? answer.text : JSON.stringify(outputsOf(answer)));
  };
  return server;
}

function rowsOf(body: string): Values[] {
  const [{ shape, data }] = JSON.parse(body).inputs as [{ shape: number[]; data: (number | null)[] }];
  const width = data.length / (shape[0] ?? 1);
  return Array.from({ length: shape[0] ?? 1 }, (_, at) => data.slice(at * width, (at + 1) * width));
}

function outputsOf(answer: Extract<Answer, { labels: unknown }> | Extract<Answer, { values: unknown }>): unknown {
  if ('values' in answer) {
    const { values } = answer;
    return { outputs: [{ name: 'predict', datatype: 'FP64', shape: [values.length], data: values }] };
  }
  const { labels, scores } = answer;
  const datatype = typeof labels[0] === 'string' ? 'BYTES' : 'INT64';
  return {
    outputs: [
      { name: 'predict', datatype, shape: [labels.length], data: labels },
      ...(scores === undefined
        ? []
        : [
            {
              name: 'predict_proba',
              datatype: 'FP64',
              shape: [scores.length, scores[0]?.length],
              data: scores.flat(),
            },
          ]),
    ],
  };
}

export const clientOf = (
  { url }: { readonly url: string },
  protocol: Protocol = { kind: 'open-inference', model: 'm', unitKey: 'request' },
  timeoutMs = 30_000,
): ModelServer => createModelServer({ version: 'v', url, metricsUrl: `${url}/metrics` }, protocol, { timeoutMs });

/** Three features: 0..9 in steps of one, its half, and a constant. */
export const ROWS: readonly number[][] = Array.from({ length: 20 }, (_, at) => [at % 10, (at % 10) / 2, 3]);

export interface StageOptions {
  readonly rows?: readonly number[][];
  readonly batchSize?: number;
  readonly fields?: (at: number) => AnsweredRow['fields'];
  readonly signal?: AbortSignal;
  /** Without it the sample has no answers of the baseline. */
  readonly askBaseline?: boolean;
}

/** A stage after a pass over the rows. */
export async function stageOf(
  candidate: ModelServer,
  baseline: ModelServer,
  options: StageOptions = {},
): Promise<ProbeStage & { readonly beats: string[] }> {
  const { rows = ROWS, batchSize = 10, fields = () => ({}), signal, askBaseline = false } = options;
  const features = ['a', 'b', 'c', 'd', 'e'].slice(0, rows[0]?.length ?? 3);
  const passOf = async (server: ModelServer) => {
    const all = [];
    for (let from = 0; from < rows.length; from += batchSize)
      all.push(...(await server.infer(rows.slice(from, from + batchSize), features)).predictions);
    return all;
  };
  const isChat = candidate.generate !== undefined;
  const ours = isChat ? [] : await passOf(candidate);
  const theirs = askBaseline ? await passOf(baseline) : [];
  const beats: string[] = [];
  return {
    candidate,
    baseline,
    columns: { features, label: 'label', fields: [] },
    sample: rows.map((row, index) => ({
      index,
      features: row,
      label: null,
      fields: fields(index),
      candidate: ours[index] ?? { label: '', scores: null },
      baseline: theirs[index] ?? null,
    })),
    batchSize,
    patienceMs: 600,
    signal: signal ?? new AbortController().signal,
    beat: (what) => void beats.push(what),
    beats,
  };
}

export function planOf(checks: readonly object[], more: object = {}): Validation {
  return validation.parse({ dataset: 'rows.csv', checks, ...more });
}
