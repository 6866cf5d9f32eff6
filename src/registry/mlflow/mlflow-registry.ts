import { SluiceError } from '../../domain/errors.js';
import { type ModelSummary, type NewModelVersion, VERSION_ID } from '../../domain/model-version.js';
import type { ModelRegistry, Registered } from '../../ports/model-registry.js';
import { DEEPEST, lineageOf } from '../lineage.js';
import { assertLabelOrId, assertName } from '../names.js';
import { assertParents, refuseCircle, registeredBefore } from '../registration.js';
import { versionId } from '../version-id.js';
import { aliases, aliasHistory, moveAlias } from './aliases.js';
import { createMlflowClient, type MlflowClient, type MlflowOptions, MlflowRefusal } from './client.js';
import { FORMAT, TAGS, tagsOf } from './documents.js';
import { type NumberedVersion, searchAll, searchVersions } from './versions.js';

/**
 * The registry in an MLflow server: versions, aliases and tags there, what MLflow has no field for in tags `sluice.*`.
 * Versions that were registered in MLflow by other means are not seen. Times are MLflow's, those of alias changes this
 * process' own.
 */
export function createMlflowRegistry(options: MlflowOptions): ModelRegistry {
  const client = createMlflowClient(options);
  const registry: ModelRegistry = {
    register: (asked) => register(client, registry, asked),
    version: async (model, name) => {
      assertName('model', model);
      assertLabelOrId(name);
      const wanted = VERSION_ID.test(name) ? { model, id: name } : { model, label: name };
      return (await searchVersions(client, wanted)).at(-1)?.version ?? null;
    },
    versions: async ({ model, limit }) => {
      assertName('model', model);
      return (await searchVersions(client, { model }, limit)).map(({ version }) => version);
    },
    models: ({ limit }) => models(client, limit),
    versionsById: (ids) =>
      searchAll(
        client,
        ids.map(checkedId).map((id) => ({ id })),
      ),
    childrenOf: (ids) =>
      searchAll(
        client,
        ids.map(checkedId).map((parent) => ({ parent })),
      ),
    moveAlias: async (move) => {
      assertName('model', move.model);
      assertName('alias', move.alias);
      if (move.to !== null) assertName('version id', move.to);
      return moveAlias(client, move);
    },
    aliases: async (model) => {
      assertName('model', model);
      return aliases(client, model);
    },
    aliasHistory: async (filter) => {
      assertName('model', filter.model);
      assertName('alias', filter.alias);
      return aliasHistory(client, filter);
    },
  };
  return registry;
}

function checkedId(id: string): string {
  assertName('version id', id);
  return id;
}

async function register(client: MlflowClient, registry: ModelRegistry, asked: NewModelVersion): Promise<Registered> {
  assertName('model', asked.model);
  assertName('version label', asked.version);
  const id = versionId(asked);
  const before = registeredBefore(await sameOnes(client, asked, id), asked);
  if (before !== null) return { version: before, isNew: false };
  await assertLineage(registry, asked, id);
  assertUrl(asked);
  await ensureModel(client, asked.model);
  const number = await createVersion(client, asked, id);
  const [first, ...others] = await sameNumbered(client, asked, id);
  if (first === undefined)
    throw new SluiceError('STORE_UNAVAILABLE', `${asked.model}:${asked.version} is not in MLflow yet`);
  if (first.number === number) return { version: first.version, isNew: true };
  // Somebody else was faster: MLflow's numbers say who. Ours is taken back, then judged as any late one.
  await client.send('DELETE', 'model-versions/delete', { name: asked.model, version: number });
  const rest = [first, ...others].filter((one) => one.number !== number).map(({ version }) => version);
  return { version: registeredBefore(rest, asked) ?? first.version, isNew: false };
}

/** With that label or that id, oldest first. */
async function sameNumbered(
  client: MlflowClient,
  { model, version }: NewModelVersion,
  id: string,
): Promise<NumberedVersion[]> {
  const found = await Promise.all([
    searchVersions(client, { model, id }),
    searchVersions(client, { model, label: version }),
  ]);
  const byNumber = new Map(found.flat().map((one) => [one.number, one]));
  return [...byNumber.values()].toSorted((a, b) => Number(a.number) - Number(b.number));
}

async function sameOnes(client: MlflowClient, asked: NewModelVersion, id: string) {
  return (await sameNumbered(client, asked, id)).map(({ version }) => version);
}

async function assertLineage(registry: ModelRegistry, asked: NewModelVersion, id: string): Promise<void> {
  if (asked.parents.length === 0) return;
  if (asked.parents.includes(id)) refuseCircle(asked);
  assertParents(asked, await registry.versionsById(asked.parents));
  if ((await lineageOf(registry, { id, parents: asked.parents }, 'ancestors', DEEPEST)).isCircular) refuseCircle(asked);
}

async function ensureModel(client: MlflowClient, name: string): Promise<void> {
  const format = { key: TAGS.format, value: FORMAT };
  try {
    await client.send('POST', 'registered-models/create', { name, tags: [format] });
  } catch (error) {
    if (!(error instanceof MlflowRefusal) || error.reason !== 'RESOURCE_ALREADY_EXISTS') throw error;
    await client.send('POST', 'registered-models/set-tag', { name, ...format });
  }
}

/** @throws {SluiceError} COMMAND_REFUSED for a path: MLflow takes what all its users can reach */
function assertUrl({ artifact: { uri } }: NewModelVersion): void {
  if (/^(?!file:)[a-z][a-z0-9+.-]*:/i.test(uri)) return;
  throw new SluiceError('COMMAND_REFUSED', `artifact ${uri} is a path; MLflow takes the URL of a store, such as s3://`);
}

/** @returns MLflow's number */
async function createVersion(client: MlflowClient, asked: NewModelVersion, id: string): Promise<string> {
  const { model: name, description, artifact } = asked;
  const { model_version } = await client.send<{ model_version: { version: string } }>('POST', 'model-versions/create', {
    name,
    source: artifact.uri,
    description,
    tags: tagsOf(asked, id),
  });
  return model_version.version;
}

/** Models with at least one version of ours. */
async function models(client: MlflowClient, limit: number): Promise<ModelSummary[]> {
  const summaries = new Map<string, ModelSummary>();
  for (const { version } of await searchVersions(client, {})) {
    const known = summaries.get(version.model);
    // Newest first.
    summaries.set(version.model, {
      model: version.model,
      versions: (known?.versions ?? 0) + 1,
      newest: known?.newest ?? version.version,
    });
  }
  return [...summaries.values()].toSorted((a, b) => (a.model < b.model ? -1 : 1)).slice(0, limit);
}
