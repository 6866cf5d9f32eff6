import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { datasetDeps, openDataset } from '../../../src/datasets/open-dataset.js';
import type { Validation, ValidationCheck } from '../../../src/domain/spec/validation/index.js';
import type { CheckResult } from '../../../src/domain/validation.js';
import { parseAllowedPrivate } from '../../../src/net/allowed-private.js';
import type { DatasetColumns, Row } from '../../../src/ports/dataset.js';
import type { Prediction } from '../../../src/ports/model-server.js';
import type { AnsweredRow } from '../../../src/validation/answered-row.js';
import { createRowTally, judgeRows } from '../../../src/validation/rows/index.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../../..');
export const FIXTURES = join(HERE, 'fixtures');

export interface Answered {
  readonly columns: DatasetColumns;
  readonly rows: readonly AnsweredRow[];
}

/** A held-out file with what two models answered to it, beside it in fixtures/. @param source under the repository */
export async function answered(source: string, name: string): Promise<Answered> {
  const dataset = await openDataset(source, datasetDeps({ dataDir: ROOT, allowed: parseAllowedPrivate(''), env: {} }));
  const answers = readCsv(`${name}-answers.csv`);
  const rows: AnsweredRow[] = [];
  for await (const batch of dataset.batches({ size: 100 }))
    for (const row of batch) rows.push(withAnswers(row, answers.rows[row.index] ?? [], answers.header));
  return { columns: { ...dataset.columns, fields: [...dataset.columns.fields, 'group', 'texture'] }, rows };
}

function withAnswers(row: Row, cells: readonly string[], header: readonly string[]): AnsweredRow {
  const own = ['group', 'texture'].map((name) => [name, cells[header.indexOf(name)] ?? null]);
  const fields = { ...row.fields, ...Object.fromEntries(own) };
  return {
    ...row,
    fields,
    candidate: prediction('candidate', cells, header),
    baseline: prediction('baseline', cells, header),
  };
}

function prediction(arm: string, cells: readonly string[], header: readonly string[]): Prediction {
  const own = header.flatMap((name, at) => (name.startsWith(arm) ? [cells[at] as string] : []));
  const [label = '', ...scores] = own;
  const value = Number(label);
  return {
    label,
    scores: scores.length === 0 ? null : scores.map(Number),
    value: Number.isFinite(value) ? value : null,
  };
}

function readCsv(file: string): { header: string[]; rows: string[][] } {
  const [header = [], ...rows] = readFileSync(join(FIXTURES, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return { header, rows };
}

export function planOf(checks: readonly ValidationCheck[]): Validation {
  return { dataset: 'rows.csv', batchSize: 50, checks: [...checks] };
}

/** The results of the checks over the rows, added in batches of 50. */
export function judge(checks: readonly ValidationCheck[], { columns, rows }: Answered): CheckResult[] {
  const plan = planOf(checks);
  const tally = createRowTally(plan, columns);
  for (let at = 0; at < rows.length; at += 50) tally.add(rows.slice(at, at + 50));
  return judgeRows(plan, tally);
}
