import type { JsonProtocol } from '../../domain/protocol.js';
import type { Prediction } from '../../ports/model-server.js';
import { pointerParts, valueAt } from '../../protocols/json-pointer.js';
import { invalid, quoted } from '../model-http.js';

/** @throws {SluiceError} MODEL_ANSWER_INVALID naming pointer, row and value */
export function readPredictions(
  name: string,
  protocol: JsonProtocol,
  answer: unknown,
  { rows, id }: { rows: number; id: string },
): Prediction[] {
  assertOwnId(name, protocol, answer, id);
  assertCount(name, protocol, answer, rows);
  return Array.from({ length: rows }, (_, row) => ({
    ...labelOf(name, protocol.prediction, answer, row),
    scores: protocol.score === undefined ? null : scoresOf(name, protocol.score, answer, row),
  }));
}

/** A server that mixes answers up would be judged by labels of other rows. */
function assertOwnId(name: string, { id: pointer }: JsonProtocol, answer: unknown, id: string): void {
  const given = pointer === undefined ? undefined : valueAt(answer, pointerParts(pointer));
  if (given !== undefined && given !== id)
    throw invalid(name, `the answer to request ${id} has id ${quoted(given)} at ${pointer}`);
}

function assertCount(name: string, { batch, prediction }: JsonProtocol, answer: unknown, rows: number): void {
  if (batch === false) return;
  const parts = pointerParts(prediction);
  const list = valueAt(answer, parts.slice(0, parts.indexOf('-')));
  const count = Array.isArray(list) ? list.length : 0;
  if (count !== rows) throw invalid(name, `${count} predictions at ${prediction} for ${rows} rows`);
}

function labelOf(
  name: string,
  pointer: string,
  answer: unknown,
  row: number,
): Pick<Prediction, 'label'> & { value: number | null } {
  const value = valueAt(answer, pointerParts(pointer), row);
  if (typeof value === 'number' && Number.isFinite(value)) return { label: String(value), value };
  if (typeof value === 'string' && !NOT_NUMBERS.has(value)) return { label: value, value: null };
  if (typeof value === 'boolean') return { label: String(value), value: null };
  throw invalid(name, `${pointer}, row ${row} is ${quoted(value)}: expected a label or a finite number`);
}

/** As `parseAnswer` reads what is no JSON; a class of that name can't be told from it. */
const NOT_NUMBERS = new Set(['NaN', 'Infinity', '-Infinity']);

function scoresOf(name: string, pointer: string, answer: unknown, row: number): number[] {
  const value = valueAt(answer, pointerParts(pointer), row);
  const scores: unknown[] = Array.isArray(value) ? value : [value];
  const bad = scores.findIndex((score) => typeof score !== 'number' || !Number.isFinite(score));
  if (scores.length === 0 || bad >= 0)
    throw invalid(name, `${pointer}, row ${row} is ${quoted(scores[bad])}: expected a finite number`);
  return scores as number[];
}
