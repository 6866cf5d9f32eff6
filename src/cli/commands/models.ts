import { SluiceError } from '../../domain/errors.js';
import {
  type Alias,
  MODEL_NAME,
  type ModelVersion,
  parseReference,
  parseSelector,
} from '../../domain/model-version.js';
import { diffVersions } from '../../registry/diff.js';
import { type Verification, verifyArtifact, verifyServed } from '../../registry/verify.js';
import { printEither } from '../output/print.js';
import { renderDiff, renderVersion } from '../render-model.js';
import { renderTable } from '../render-table.js';
import { withApi } from '../with-api.js';

interface Output {
  readonly output: string;
}

export async function list(model: string | undefined, { limit, output }: Output & { limit: number }): Promise<void> {
  if (model === undefined) {
    const { models } = await withApi((api) => api.listModels({ limit }));
    const rows = models.map((one) => [one.model, String(one.versions), one.newest]);
    return printEither(models, output, renderTable(['MODEL', 'VERSIONS', 'NEWEST'], rows));
  }
  if (!MODEL_NAME.test(model)) throw new SluiceError('USAGE', `"${model}" is not the name of a model`);
  const { versions } = await withApi((api) => api.listVersions(model, { limit }));
  const { aliases } = await withApi((api) => api.listAliases(model));
  const rows = versions.map((one) => [one.version, one.id, namesOf(one, aliases), one.createdAt, one.author]);
  printEither(versions, output, renderTable(['VERSION', 'ID', 'ALIASES', 'REGISTERED', 'AUTHOR'], rows));
}

export async function show(reference: string, { output }: Output): Promise<void> {
  const version = await fetchVersion(reference);
  printEither(version, output, renderVersion(version));
}

export async function diff(from: string, to: string, { output }: Output): Promise<void> {
  const [a, b] = [await fetchVersion(from), await fetchVersion(to)];
  const found = diffVersions(a, b);
  printEither(found, output, renderDiff(found));
}

export interface LineageOptions extends Output {
  readonly descendants?: boolean;
  readonly depth: number;
}

export async function lineage(reference: string, { descendants, depth, output }: LineageOptions): Promise<void> {
  const { model, selector } = referenceOf(reference);
  const direction = descendants ? 'descendants' : 'ancestors';
  const found = await withApi((api) => api.getLineage(model, selector, { direction, depth }));
  const rows = found.relatives.map(({ depth, version }) => [
    String(depth),
    `${version.model}:${version.version}`,
    version.id,
    version.createdAt,
  ]);
  const notes = [
    ...found.missing.map((id) => `${id} is not registered`),
    ...(found.isCircular ? ['it is among its own relatives'] : []),
    ...(found.isTruncated ? ['there are more: ask for a greater --depth'] : []),
  ];
  printEither(found, output, [renderTable(['DEPTH', 'VERSION', 'ID', 'REGISTERED'], rows), ...notes].join('\n'));
}

export interface VerifyOptions extends Output {
  readonly artifact?: string;
  readonly server?: string;
  readonly servedAs?: string;
  readonly strict?: boolean;
}

/** What was registered comes from the api; the reading is done here. */
export async function verify(reference: string, options: VerifyOptions): Promise<void> {
  const version = await fetchVersion(reference);
  const result = await (options.server === undefined
    ? verifyArtifact(version, options.artifact)
    : verifyServed({ url: httpUrl(options.server), model: options.servedAs ?? version.model }, version));
  if (result.status === 'unknown' && options.strict) throw new SluiceError('MODEL_ANSWER_INVALID', result.note);
  printEither(result, options.output, describe(version, result));
}

export interface AliasOptions extends Output {
  readonly remove?: boolean;
  readonly reason?: string;
  readonly expect?: string;
  readonly actor: string;
}

export async function alias(name: string, version: string | undefined, options: AliasOptions): Promise<void> {
  const named = parseReference(name);
  if (!named?.selector.startsWith('@'))
    throw new SluiceError('USAGE', `"${name}" is not an alias such as digits@champion`);
  const alias = named.selector.slice(1);
  if (version === undefined && !options.remove) return history(named.model, alias, options);
  if (version !== undefined && options.remove) throw new SluiceError('USAGE', 'give either a version or --remove');
  if (options.reason === undefined) throw new SluiceError('USAGE', 'a move needs --reason');
  const move = {
    to: version === undefined ? null : selectorOf(version, named.model),
    by: options.actor,
    why: options.reason,
    expected: options.expect === 'none' ? null : options.expect,
  };
  const { change } = await withApi((api) => api.moveAlias(named.model, alias, move));
  const said = change === null ? 'points there already' : `${change.from ?? 'nothing'} -> ${change.to ?? 'nothing'}`;
  printEither(change, options.output, `${name}: ${said}`);
}

async function history(model: string, alias: string, { output }: Output): Promise<void> {
  const { changes } = await withApi((api) => api.getAliasHistory(model, alias));
  const rows = changes.map((one) => [one.at, one.from ?? '', one.to ?? '', one.by, one.why]);
  printEither(changes, output, renderTable(['AT', 'FROM', 'TO', 'BY', 'WHY'], rows));
}

/** `v3` or `digits:v3`. @throws {SluiceError} USAGE for a version of another model */
function selectorOf(text: string, model: string): string {
  if (parseSelector(text) !== null) return text;
  const named = parseReference(text);
  if (named?.model === model) return named.selector;
  throw new SluiceError('USAGE', `"${text}" is not a version of model ${model}`);
}

/** @throws {SluiceError} USAGE | NOT_FOUND */
export async function fetchVersion(reference: string): Promise<ModelVersion> {
  const { model, selector } = referenceOf(reference);
  return withApi((api) => api.getVersion(model, selector));
}

function referenceOf(reference: string): { readonly model: string; readonly selector: string } {
  const named = parseReference(reference);
  if (named === null)
    throw new SluiceError('USAGE', `"${reference}" is not a version such as digits:v2, digits@champion or digits:mv-…`);
  return named;
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new SluiceError('USAGE', `--server: "${text}" is not an http or https URL`);
  return text;
}

function namesOf({ id }: ModelVersion, aliases: readonly Alias[]): string {
  return aliases.flatMap((one) => (one.id === id ? [one.alias] : [])).join(',');
}

function describe({ model, version, id }: ModelVersion, { status, digest, note }: Verification): string {
  return `${model}:${version} (${id}) ${status}: ${note}\n${digest}`;
}
