import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NewVersionBody } from '../../api/schema/model.js';
import { describeError, SluiceError } from '../../domain/errors.js';
import { type NewModelVersion, VERSION_ID } from '../../domain/model-version.js';
import { type VersionDraft, type VersionFile, versionDraft, versionFile } from '../../domain/spec/model-version.js';
import { digestArtifact } from '../../registry/artifact-digest.js';
import { readDocument } from '../../yaml/read-document.js';
import { localUser } from '../local-user.js';
import { printEither } from '../output/print.js';
import { withApi } from '../with-api.js';
import { fetchVersion } from './models.js';

export interface RegisterOptions {
  readonly file?: string;
  readonly model?: string;
  readonly label?: string;
  readonly artifact?: string;
  readonly uri?: string;
  readonly code?: string;
  readonly author?: string;
  readonly description?: string;
  readonly param: readonly string[];
  readonly metric: readonly string[];
  readonly env: readonly string[];
  readonly tag: readonly string[];
  readonly dataset: readonly string[];
  readonly parent: readonly string[];
  readonly output: string;
}

/** Digests are computed here, where the files are; the api keeps what it is told. */
export async function register(options: RegisterOptions): Promise<void> {
  const document = await readOptions(options);
  const { sluice: _, model, artifact, datasets, author = localUser(), ...rest } = document;
  const version: NewVersionBody = {
    ...rest,
    author,
    artifact: await describeArtifact(artifact),
    datasets: await Promise.all(datasets.map(describeDataset)),
  };
  const registered = await withApi((api) => api.registerVersion(model, version));
  printEither(
    registered,
    options.output,
    `${model}:${registered.version} is ${registered.id}, registered ${registered.createdAt}`,
  );
}

/** One document of file and options, checked as a whole. @throws {DocumentError} naming the file, or `options` */
async function readOptions(options: RegisterOptions): Promise<VersionFile> {
  const { file } = options;
  const kept =
    file === undefined ? null : relativeTo(dirname(file), readDocument(await readText(file), versionDraft, file));
  const { model, label, code, author, description } = options;
  const parents = await Promise.all(options.parent.map(parentId));
  const given = defined({ model, version: label, code, author, description });
  const document = {
    sluice: 'model-version/v1',
    ...kept,
    ...given,
    artifact:
      options.artifact === undefined ? { ...kept?.artifact, ...defined({ uri: options.uri }) } : placeOf(options),
    parameters: { ...kept?.parameters, ...pairs('param', options.param, scalar) },
    metrics: { ...kept?.metrics, ...pairs('metric', options.metric, Number) },
    environment: { ...kept?.environment, ...pairs('env', options.env, String) },
    tags: { ...kept?.tags, ...pairs('tag', options.tag, String) },
    datasets: [...(kept?.datasets ?? []), ...options.dataset.map(datasetOption)],
    parents: [...(kept?.parents ?? []), ...parents],
  };
  // JSON is YAML: the same reader, and the same words for what is wrong.
  return readDocument(JSON.stringify(document), versionFile, 'options');
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new SluiceError('USAGE', `${file}: ${describeError(error)}`, { cause: error });
  });
}

/** Paths in a document are relative to it. */
function relativeTo(folder: string, { artifact, datasets, ...rest }: VersionDraft): VersionDraft {
  const within = <T extends { path?: string | undefined }>(one: T): T =>
    one.path === undefined || isAbsolute(one.path) ? one : { ...one, path: join(folder, one.path) };
  return {
    ...rest,
    ...(artifact === undefined ? {} : { artifact: within(artifact) }),
    ...(datasets === undefined ? {} : { datasets: datasets.map(within) }),
  };
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

function placeOf({ artifact = '', uri }: RegisterOptions): object {
  return isUrl(artifact) ? { uri: uri ?? artifact, path: artifact } : { path: artifact, ...defined({ uri }) };
}

/** @throws {SluiceError} USAGE where a digest is told and another is read */
async function describeArtifact({
  path,
  uri,
  digest,
  bytes,
}: VersionFile['artifact']): Promise<NewModelVersion['artifact']> {
  if (path === undefined && digest !== undefined && bytes !== undefined && uri !== undefined)
    return { uri, digest, bytes };
  const place = path ?? uri ?? '';
  const read = await digestArtifact(place);
  if (digest !== undefined && digest !== read.digest)
    throw new SluiceError('USAGE', `artifact ${place} is ${read.digest}, not ${digest}`);
  return { uri: uri ?? pathToFileURL(resolve(place)).href, ...read };
}

async function describeDataset({ name, role, digest, path }: VersionFile['datasets'][number]) {
  return { name, role, digest: digest ?? (await digestArtifact(path ?? '')).digest };
}

/** `train:digits-train=train.csv` or `train:digits-train=sha256:…`. */
function datasetOption(text: string): object {
  const [, role, name, place] = /^([^:=]+):([^=]+)=(.+)$/.exec(text) ?? [];
  if (place === undefined) throw new SluiceError('USAGE', `--dataset: "${text}" is not role:name=place`);
  return { role, name, ...(place.startsWith('sha256:') ? { digest: place } : { path: place }) };
}

async function parentId(text: string): Promise<string> {
  return VERSION_ID.test(text) ? text : (await fetchVersion(text)).id;
}

function pairs<T>(option: string, texts: readonly string[], read: (value: string) => T): Record<string, T> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new SluiceError('USAGE', `--${option}: "${text}" is not name=value`);
      const value = read(text.slice(at + 1));
      if (typeof value === 'number' && !Number.isFinite(value))
        throw new SluiceError('USAGE', `--${option}: "${text.slice(at + 1)}" is not a finite number`);
      return [text.slice(0, at), value];
    }),
  );
}

/** As YAML would read it: a number, true, false, else text. */
function scalar(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
