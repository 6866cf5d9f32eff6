import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SluiceError } from '../../domain/errors.js';
import type { Alias, AliasChange } from '../../domain/model-version.js';
import type { AliasMove } from '../../ports/model-registry.js';
import { assertExpected } from '../registration.js';
import { type MlflowClient, MlflowRefusal } from './client.js';
import { type MlflowVersion, readVersion, type Tag } from './documents.js';
import { searchVersions } from './versions.js';

/** A registered model as MLflow answers it, as far as it is read here. */
interface MlflowModel {
  readonly tags?: readonly Tag[];
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
}

const line = z.object({
  changeId: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  by: z.string(),
  why: z.string(),
  at: z.string(),
});

/** MLflow keeps no history of its aliases: each change is a tag of the model. */
const historyTag = (alias: string) => `sluice.alias.${alias}.`;

/**
 * The line of the history goes first, so that a move that was cut off is ended by its repeat. MLflow has no compare and
 * set: two movers at the same moment may both believe that they have won, and the later one does.
 */
export async function moveAlias(client: MlflowClient, move: AliasMove): Promise<AliasChange | null> {
  const number = move.to === null ? null : await numberOf(client, move, move.to);
  const kept = await readModel(client, move.model);
  const history = readHistory(kept, move.model, move.alias);
  const from = await currentId(client, kept, move);
  const before = history.find(({ changeId }) => changeId === move.changeId);
  if (before !== undefined) {
    // Written, but perhaps not carried out. What came after it, also by hand, stays.
    if (before === history[0] && from === before.from && from !== before.to) await point(client, move, number);
    return before;
  }
  assertExpected(move, from);
  if (from === move.to) return null;
  const change = await writeLine(client, move, from, history.length);
  await point(client, move, number);
  return change;
}

export async function aliases(client: MlflowClient, model: string): Promise<Alias[]> {
  const kept = await readModel(client, model);
  const found = await Promise.all(
    (kept.aliases ?? []).map(async ({ alias, version: number }) => {
      const version = await versionAt(client, model, number);
      return version === null ? [] : [{ model, alias, id: version.id, version: version.version }];
    }),
  );
  return found.flat().toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
}

export async function aliasHistory(
  client: MlflowClient,
  { model, alias, limit }: { readonly model: string; readonly alias: string; readonly limit: number },
): Promise<AliasChange[]> {
  return readHistory(await readModel(client, model), model, alias).slice(0, limit);
}

/** @throws {SluiceError} NOT_FOUND */
async function numberOf(client: MlflowClient, { model, alias }: AliasMove, id: string): Promise<string> {
  const [found] = await searchVersions(client, { model, id }, 1);
  if (found === undefined)
    throw new SluiceError('NOT_FOUND', `model ${model} has no version ${id} for ${alias} to point at`);
  return found.number;
}

async function readModel(client: MlflowClient, name: string): Promise<MlflowModel> {
  try {
    return (await client.get<{ registered_model: MlflowModel }>('registered-models/get', { name })).registered_model;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.reason === 'RESOURCE_DOES_NOT_EXIST') return {};
    throw error;
  }
}

/** Newest first. A tag that somebody has edited is left out: it is no line any more. */
function readHistory({ tags = [] }: MlflowModel, model: string, alias: string): AliasChange[] {
  return tags
    .filter(({ key }) => key.startsWith(historyTag(alias)))
    .toSorted((a, b) => (a.key < b.key ? 1 : -1))
    .flatMap(({ value }) => {
      const parsed = line.safeParse(readJson(value));
      return parsed.success ? [{ model, alias, ...parsed.data }] : [];
    });
}

/** @throws {SluiceError} COMMAND_REFUSED where it points at a version that only MLflow knows */
async function currentId(client: MlflowClient, kept: MlflowModel, { model, alias }: AliasMove): Promise<string | null> {
  const current = kept.aliases?.find((one) => one.alias === alias);
  if (current === undefined) return null;
  const version = await versionAt(client, model, current.version);
  if (version !== null) return version.id;
  throw new SluiceError(
    'COMMAND_REFUSED',
    `${model}@${alias} points at MLflow's version ${current.version}, which is not registered here: take it away there first`,
  );
}

async function versionAt(client: MlflowClient, name: string, version: string) {
  const { model_version } = await client.get<{ model_version: MlflowVersion }>('model-versions/get', { name, version });
  return readVersion(model_version);
}

/** Numbered, and with a mark of its own: of two that take one number neither is lost. */
async function writeLine(
  client: MlflowClient,
  { model, alias, to, by, why, changeId }: AliasMove,
  from: string | null,
  count: number,
): Promise<AliasChange> {
  const at = new Date().toISOString();
  const mark = createHash('sha256').update(changeId).digest('hex').slice(0, 8);
  const key = `${historyTag(alias)}${String(count + 1).padStart(6, '0')}.${mark}`;
  const value = JSON.stringify({ changeId, from, to, by, why, at });
  await client.send('POST', 'registered-models/set-tag', { name: model, key, value });
  return { changeId, model, alias, from, to, by, why, at };
}

async function point(client: MlflowClient, { model, alias }: AliasMove, number: string | null): Promise<void> {
  if (number === null) await client.send('DELETE', 'registered-models/alias', { name: model, alias });
  else await client.send('POST', 'registered-models/alias', { name: model, alias, version: number });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
