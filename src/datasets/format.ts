import type { DatasetOptions } from '../domain/spec/dataset.js';
import { datasetFault } from './dataset-fault.js';

export type Format = { readonly kind: 'csv'; readonly delimiter: string } | { readonly kind: 'ndjson' | 'parquet' };

const BY_ENDING: Record<string, Format['kind'] | undefined> = {
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

/** What the bytes are: as the spec says, else by the ending of the path. @throws {SluiceError} DATASET_INVALID where neither tells */
export function formatOf({ source, format, delimiter }: DatasetOptions, name: string): Format {
  const ending = endingOf(source);
  const kind = format ?? BY_ENDING[ending];
  if (kind === undefined)
    throw datasetFault(name, `its ending "${ending}" says no format; give format: csv, ndjson or parquet`);
  if (kind === 'csv') return { kind, delimiter: delimiter ?? (ending === 'tsv' ? '\t' : ',') };
  if (delimiter !== undefined) throw datasetFault(name, `a delimiter is for CSV, and this is ${kind}`);
  return { kind };
}

function endingOf(source: string): string {
  const path = /^https?:\/\//i.test(source) ? new URL(source).pathname : source;
  return /\.([a-z0-9]+)$/.exec(path.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? '';
}
