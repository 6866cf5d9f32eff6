import { SluiceError } from '../domain/errors.js';
import type { Validation } from '../domain/spec/validation/index.js';
import type { Dataset, DatasetColumns, Row } from '../ports/dataset.js';
import type { Inference, Row as ModelRow, ModelServer } from '../ports/model-server.js';
import { inferPatiently, type Patience } from './patience.js';

/** Why an answer is no answer. */
export interface NoAnswer {
  readonly reason: string;
}

export interface AskedBatch {
  readonly rows: readonly Row[];
  readonly candidate: Inference | NoAnswer;
  /** null: it was not asked. */
  readonly baseline: Inference | NoAnswer | null;
}

/** What a model gets of a row, and what its columns are called. */
export interface RowForm {
  readonly columns: readonly string[];
  /** @throws {SluiceError} DATASET_INVALID naming the row and the column that is missing */
  readonly cellsOf: (row: Row) => ModelRow;
}

export interface Asking extends Patience {
  readonly form: RowForm;
  readonly candidate: ModelServer;
  readonly baseline: ModelServer;
}

/**
 * Asks the candidate, and the baseline at the same time, so that both meet the same load.
 * @throws {SluiceError} MODEL_UNREACHABLE where one of them stays away
 */
export async function askBatch(asking: Asking, rows: readonly Row[], withBaseline: boolean): Promise<AskedBatch> {
  const [candidate, baseline] = await Promise.all([
    askOne(asking.candidate, asking, rows),
    withBaseline ? askOne(asking.baseline, asking, rows) : null,
  ]);
  return { rows, candidate, baseline };
}

export async function askOne(server: ModelServer, asking: Asking, rows: readonly Row[]): Promise<Inference | NoAnswer> {
  const { form } = asking;
  try {
    return await inferPatiently(server, rows.map(form.cellsOf), form.columns, asking);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'MODEL_ANSWER_INVALID') throw error;
    return { reason: `in the batch of ${named(rows)}: ${error.message}` };
  }
}

function named(rows: readonly Row[]): string {
  const [first, last] = [rows[0]?.index, rows.at(-1)?.index];
  return first === last ? `row ${first}` : `rows ${first} to ${last}`;
}

/** Features as numbers; of language models the prompt alone. A tensor has no word for a missing number. */
export function rowForm({ prompt }: Validation, { name, columns }: Pick<Dataset, 'name' | 'columns'>): RowForm {
  const missing = (row: Row, column: string) =>
    new SluiceError('DATASET_INVALID', `${name}: row ${row.index}: ${column} is missing`);
  if (prompt !== undefined)
    return {
      columns: ['prompt'],
      cellsOf: (row) => {
        const text = row.fields[prompt] ?? '';
        if (text === '') throw missing(row, prompt);
        return [String(text)];
      },
    };
  return {
    columns: columns.features,
    cellsOf: (row) => {
      const at = row.features.indexOf(null);
      if (at >= 0) throw missing(row, columns.features[at] ?? 'a feature');
      return row.features;
    },
  };
}

/** @throws {SluiceError} DATASET_INVALID: without a label nothing is right or wrong */
export function assertLabelled(name: string, { label }: DatasetColumns, rows: readonly Row[]): void {
  const row = rows.find((one) => one.label === null);
  if (row !== undefined)
    throw new SluiceError('DATASET_INVALID', `${name}: row ${row.index}: ${label ?? 'the label'} is missing`);
}
