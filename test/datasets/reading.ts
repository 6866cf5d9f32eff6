import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetDeps, openDataset } from '../../src/datasets/open-dataset.js';
import type { DatasetOptions, DatasetSpec } from '../../src/domain/spec/dataset.js';
import { LOOPBACK_ONLY, parseAllowedPrivate } from '../../src/net/allowed-private.js';
import type { BatchOptions, Dataset, Row } from '../../src/ports/dataset.js';

/** A data folder of a test's own. */
export interface DataFolder {
  readonly path: string;
  write(name: string, content: string | Uint8Array): Promise<void>;
  open(spec: DatasetSpec): Promise<Dataset>;
  /** Writes a file and reads all of it. */
  read(content: string | Uint8Array, spec?: Partial<DatasetOptions>): Promise<Row[]>;
  remove(): Promise<void>;
}

export async function dataFolder(): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-data-'));
  const deps = datasetDeps({ dataDir: path, allowed: parseAllowedPrivate(LOOPBACK_ONLY), env: {} });
  const open = (spec: DatasetSpec) => openDataset(spec, deps);
  const write = (name: string, content: string | Uint8Array) => writeFile(join(path, name), content);
  return {
    path,
    write,
    open,
    async read(content, spec = {}) {
      const source = spec.source ?? `x.${spec.format ?? 'csv'}`;
      await write(source, content);
      const { source: _, ...rest } = spec;
      return allRows(await open(Object.keys(rest).length === 0 ? source : { ...rest, source }));
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

export async function allRows(dataset: Dataset, options?: BatchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const batch of dataset.batches(options)) rows.push(...batch);
  return rows;
}

export const DIGEST = /^sha256:[0-9a-f]{64}$/;
