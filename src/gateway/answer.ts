import { headerOf } from './headers.js';
import type { HeaderList } from './http1/head.js';

/** What a prediction said: the first predicted label as text, and its score where the answer gives one. */
export interface ReadAnswer {
  readonly label: string | null;
  readonly score: number | null;
}

export const UNREADABLE: ReadAnswer = { label: null, score: null };

/** Collects a copy of an answer that may be read: plain JSON up to a size; gives up on everything else. */
export class AnswerCopy {
  private parts: Buffer[] | null;
  private bytes = 0;
  private readonly most: number;

  constructor(headers: HeaderList, most: number) {
    const type = headerOf(headers, 'content-type');
    const isJson = type === 'application/json' || /\bjson\b/i.test(type);
    this.parts = isJson && ['', 'identity'].includes(headerOf(headers, 'content-encoding')) ? [] : null;
    this.most = most;
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.most) this.parts = null;
    this.parts?.push(chunk);
  }

  read(): ReadAnswer {
    if (this.parts === null) return UNREADABLE;
    const whole = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
    return readOpenInference(whole.toString());
  }
}

interface Output {
  readonly name?: unknown;
  readonly shape?: unknown;
  readonly data?: unknown;
}

const LONGEST_LABEL = 200;

/** An Open Inference v2 answer: the output `predict`, else the first; scores from `predict_proba`. Never throws. */
export function readOpenInference(text: string): ReadAnswer {
  const outputs = outputsOf(text);
  const label: unknown = firstOf((outputs.find(({ name }) => name === 'predict') ?? outputs[0])?.data);
  if (!['string', 'number', 'boolean'].includes(typeof label)) return UNREADABLE;
  // JSON reads 1e999 as Infinity.
  if (typeof label === 'number' && !Number.isFinite(label)) return UNREADABLE;
  const numbers = firstRow(outputs.find(({ name }) => name === 'predict_proba')).filter(Number.isFinite);
  // NUL is the one character a PostgreSQL text can't hold.
  return {
    label: String(label).replaceAll('\0', '').slice(0, LONGEST_LABEL),
    score: numbers.length === 0 ? null : Math.max(...numbers),
  };
}

function outputsOf(text: string): Output[] {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null || !('outputs' in answer) || !Array.isArray(answer.outputs))
      return [];
    return answer.outputs.filter((output: unknown): output is Output => typeof output === 'object' && output !== null);
  } catch {
    return [];
  }
}

/** The scores of the first row: tensors are flat, with their shape beside them, or nested. */
function firstRow(output: Output | undefined): number[] {
  const data: unknown = output?.data;
  if (!Array.isArray(data)) return [];
  const { shape } = output ?? {};
  const columns: unknown = Array.isArray(shape) && shape.length === 2 ? shape[1] : data.length;
  const row: unknown[] = Array.isArray(data[0]) ? data[0] : data.slice(0, Number(columns));
  return row.filter((score) => typeof score === 'number');
}

function firstOf(data: unknown): unknown {
  const first: unknown = Array.isArray(data) ? data[0] : undefined;
  return Array.isArray(first) ? first[0] : first;
}
