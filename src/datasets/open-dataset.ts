import type { Dispatcher } from 'undici';
import { type DatasetSpec, datasetOptions } from '../domain/spec/dataset.js';
import { createAddressPolicy, type Resolve } from '../net/address-policy.js';
import { type AllowedPrivate, allowingHost } from '../net/allowed-private.js';
import { guardedDispatcher } from '../net/guarded-agents.js';
import { displayUrl, parseHttpUrl } from '../net/http-url.js';
import type { Dataset } from '../ports/dataset.js';
import { datasetFault } from './dataset-fault.js';
import { formatOf } from './format.js';
import { LineDataset } from './line-dataset.js';
import { ParquetDataset } from './parquet-dataset.js';
import type { ByteSource } from './sources/byte-source.js';
import { fileSource } from './sources/file-source.js';
import { HttpSource } from './sources/http-source.js';
import { readS3Settings, type S3Settings, s3Endpoint, s3Origin } from './sources/s3-source.js';

export interface DatasetDeps {
  /** Paths lie under it. */
  readonly dataDir: string;
  readonly http: Dispatcher;
  readonly s3: Dispatcher;
  readonly s3Settings: () => S3Settings;
}

export interface DatasetPlace {
  readonly dataDir: string;
  /** Which addresses that are not public a URL may lead to. */
  readonly allowed: AllowedPrivate;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

const TIMEOUTS = { connectMs: 10_000, headersMs: 30_000, bodyMs: 30_000 };

/** Made once for a worker. @throws {SluiceError} USAGE where SLUICE_S3_ENDPOINT is no URL */
export function datasetDeps({ dataDir, allowed, env = process.env, resolve }: DatasetPlace): DatasetDeps {
  const dispatcher = (permitted: AllowedPrivate) =>
    guardedDispatcher(createAddressPolicy(permitted, resolve), TIMEOUTS);
  const endpoint = s3Endpoint(env);
  const http = dispatcher(allowed);
  return {
    dataDir,
    http,
    // Whoever runs the worker has named the endpoint; specs can not.
    s3: endpoint === null ? http : dispatcher(allowingHost(allowed, new URL(endpoint).hostname)),
    s3Settings: () => readS3Settings(env),
  };
}

/**
 * Opens a data set: as much is read as tells its columns.
 * @throws {SluiceError} DATASET_INVALID naming what is wrong with the spec or the data; ADDRESS_REFUSED; DATASET_UNREACHABLE where another try may get
 * through; SECRET_UNUSABLE
 */
export async function openDataset(spec: DatasetSpec, deps: DatasetDeps, signal?: AbortSignal): Promise<Dataset> {
  const options = datasetOptions(spec);
  const source = sourceOf(options.source, deps);
  const format = formatOf(options, source.name);
  return format.kind === 'parquet'
    ? ParquetDataset.open(source, options, signal)
    : LineDataset.open(source, options, format, signal);
}

function sourceOf(location: string, { dataDir, http, s3, s3Settings }: DatasetDeps): ByteSource {
  if (location.startsWith('s3://')) return new HttpSource(s3Origin(location, s3Settings), { dispatcher: s3 });
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return fileSource(dataDir, location);
  try {
    const url = parseHttpUrl(location);
    return new HttpSource({ name: displayUrl(url), url: url.href, followRedirects: true }, { dispatcher: http });
  } catch (error) {
    if (error instanceof RangeError) throw datasetFault('the data set', error.message);
    throw error;
  }
}
