import { z } from 'zod';
import type { Prediction } from '../../ports/model-server.js';
import { highestOf, LABELS, labelOutput, scoreOutput } from '../../protocols/tensors.js';
import { invalid, quoted } from '../model-http.js';
import { datatypeOf, isFloat } from './datatypes.js';

const answerSchema = z.object({
  outputs: z
    .array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().min(0)),
        // Some servers leave it out; then the values tell.
        datatype: z.string().optional(),
        data: z.array(z.unknown()),
      }),
    )
    .min(1),
});
type Output = z.output<typeof answerSchema>['outputs'][number];

/**
 * The predicted class stands in the output `predict`, else in the first; scores in `predict_proba`, where it is there. A first output with several
 * numbers a row is the scores of all classes, and the best of them is the class.
 * @throws {SluiceError} MODEL_ANSWER_INVALID naming output, row and value
 */
export function readPredictions(name: string, answer: unknown, rows: number): Prediction[] {
  const read = answerSchema.safeParse(answer);
  if (!read.success) throw invalid(name, z.prettifyError(read.error));
  const { outputs } = read.data;
  const output = labelOutput(outputs) as Output;
  const labels = rowsOf(name, output, rows);
  const scored = scoreOutput(outputs);
  const scores = scored === undefined || scored === output ? null : rowsOf(name, scored, rows);
  return labels.map((row, at) => {
    const given = scores === null ? null : scoresOf(name, scored as Output, scores[at] ?? [], at);
    if (row.length === 1) return { ...labelled(name, output, row[0], at), scores: given };
    if (row.length === 0 || output.name === LABELS)
      throw invalid(name, `output ${output.name}, row ${at} has ${row.length} values: expected one`);
    const all = scoresOf(name, output, row, at);
    return { label: String(highestOf(all)), value: null, scores: given ?? all };
  });
}

/** The values of each row: flat with their shape beside them, or nested. */
function rowsOf(name: string, { name: output, shape, data }: Output, rows: number): unknown[][] {
  const flat = (data as unknown[]).flat(Number.POSITIVE_INFINITY);
  const values = shape.reduce((product, size) => product * size, 1);
  if (flat.length !== values)
    throw invalid(name, `output ${output} has ${flat.length} values: shape [${shape.join(', ')}] means ${values}`);
  // A model that takes one row at a time may leave the batch out of its answers.
  const count = rows === 1 ? 1 : (shape[0] ?? 1);
  if (count !== rows) throw invalid(name, `output ${output} has ${count} predictions for ${rows} rows`);
  const width = values / rows;
  return Array.from({ length: rows }, (_, row) => flat.slice(row * width, (row + 1) * width));
}

function labelled(name: string, output: Output, value: unknown, row: number): Pick<Prediction, 'label' | 'value'> {
  const { name: tensor, datatype } = output;
  const isScalar = ['string', 'number', 'boolean'].includes(typeof value);
  const fits = datatype === undefined || datatypeOf(name, { name: tensor, datatype }).holds(value);
  if (!isScalar || !fits || (typeof value === 'number' && !Number.isFinite(value)))
    throw invalid(
      name,
      `output ${tensor}, row ${row} is ${quoted(value)}: expected ${datatype ?? 'a label or a finite number'}`,
    );
  return {
    label: String(value),
    value: typeof value === 'number' && isFloat(datatype ?? '') ? value : null,
  };
}

function scoresOf(name: string, output: Output, scores: readonly unknown[], row: number): number[] {
  const bad = scores.findIndex((score) => typeof score !== 'number' || !Number.isFinite(score));
  if (bad >= 0)
    throw invalid(
      name,
      `output ${output.name}, row ${row}: score ${bad} is ${quoted(scores[bad])}: expected a finite number`,
    );
  return scores as number[];
}
