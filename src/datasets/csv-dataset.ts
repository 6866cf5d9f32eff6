import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { describeError, SluiceError } from '../domain/errors.js';
import type { Dataset } from '../ports/dataset.js';

const LABEL = 'label';

/**
 * Reads a labelled CSV: a header, numeric features, and the column `label` last.
 * @param folder relative paths start here
 * @throws {SluiceError} DATASET_INVALID naming file, line and value
 */
export async function readCsvDataset(path: string, folder: string): Promise<Dataset> {
  const fail = (why: string, cause?: unknown) => new SluiceError('DATASET_INVALID', `${path}: ${why}`, { cause });
  const text = await readFile(resolve(folder, path), 'utf8').catch((error: unknown) => {
    throw fail(describeError(error), error);
  });
  const [header, ...records] = parseRecords(text, fail);
  if (header === undefined || header.at(-1) !== LABEL) throw fail(`line 1: the last column is not ${LABEL}`);
  if (records.length === 0) throw fail('no rows');
  const rows = records.map((record, index) =>
    record.slice(0, -1).map((cell, column) => {
      const value = cell.trim() === '' ? Number.NaN : Number(cell);
      if (!Number.isFinite(value)) throw fail(`line ${index + 2}: ${header[column]} is "${cell}", not a finite number`);
      return value;
    }),
  );
  return { rows, labels: records.map((record) => record.at(-1) ?? '') };
}

function parseRecords(text: string, fail: (why: string, cause?: unknown) => SluiceError): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    // The parser's own messages name the line.
    if (error instanceof CsvError) throw fail(error.message, error);
    throw error;
  }
}
