import { SluiceError } from '../domain/errors.js';
import type { Alias, ModelSummary, ModelVersion, NewModelVersion } from '../domain/model-version.js';
import type { ModelRegistry, Registered } from '../ports/model-registry.js';
import { assertParents, refuseCircle, registeredBefore } from '../registry/registration.js';
import { versionId } from '../registry/version-id.js';
import { toJsonDocument } from './json-document.js';
import { aliasHistory, moveAlias } from './model-aliases.js';
import type { SqlClient, SqlSession } from './sql-client.js';

interface VersionRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly document: NewModelVersion;
}

const COLUMNS = 'v.id, v.created_at AS "createdAt", v.document';

/** The registry in our own store. */
export function createSqlModels(client: SqlClient): ModelRegistry {
  return {
    register: (version) => register(client, version),
    version: async (model, name) => (await sameOnes(client, model, name, name))[0] ?? null,
    versions: ({ model, limit }) =>
      read(client, 'WHERE v.model = $1 ORDER BY v.sequence DESC LIMIT $2::int8', [model, limit]),
    models: ({ limit }) => models(client, limit),
    versionsById: (ids) => read(client, `WHERE v.id = ANY($1::text[]) ${BY_NAME}`, [ids]),
    childrenOf: (ids) =>
      read(
        client,
        `WHERE EXISTS (SELECT FROM sluice.model_parent p
           WHERE p.model = v.model AND p.id = v.id AND p.parent = ANY($1::text[])) ${BY_NAME}`,
        [ids],
      ),
    moveAlias: (move) => moveAlias(client, move),
    aliases: (model) => aliases(client, model),
    aliasHistory: (filter) => aliasHistory(client, filter),
  };
}

const BY_NAME = 'ORDER BY v.model COLLATE "C", v.version COLLATE "C"';

async function register(client: SqlClient, asked: NewModelVersion): Promise<Registered> {
  const id = versionId(asked);
  return client.transaction(async (sql) => {
    // Registering is rare. Two at once could take one label, or close a circle that neither sees.
    await sql.script('LOCK TABLE sluice.model_version IN SHARE ROW EXCLUSIVE MODE');
    const kept = registeredBefore(await sameOnes(sql, asked.model, asked.version, id), asked);
    if (kept !== null) return { version: kept, isNew: false };
    await assertLineage(sql, asked, id);
    await sql.query('INSERT INTO sluice.model_version (model, id, version, document) VALUES ($1, $2, $3, $4::jsonb)', [
      asked.model,
      id,
      asked.version,
      toJsonDocument(asked),
    ]);
    await sql.query('INSERT INTO sluice.model_parent (model, id, parent) SELECT $1, $2, unnest($3::text[])', [
      asked.model,
      id,
      asked.parents,
    ]);
    const [version] = await sameOnes(sql, asked.model, asked.version, id);
    if (version === undefined) throw new Error(`${id} is not there after it was registered`);
    return { version, isNew: true };
  });
}

/** @throws {SluiceError} NOT_FOUND for an unknown parent; COMMAND_REFUSED where the version is its own ancestor */
async function assertLineage(sql: SqlSession, asked: NewModelVersion, id: string): Promise<void> {
  if (asked.parents.length === 0) return;
  const found = await sql.query<{ id: string }>(
    'SELECT DISTINCT id FROM sluice.model_version WHERE id = ANY($1::text[])',
    [asked.parents],
  );
  if (asked.parents.includes(id)) refuseCircle(asked);
  assertParents(asked, found);
  // The same content may be registered in another model already, and have descendants there.
  const circle = await sql.query(
    `WITH RECURSIVE ancestor (id) AS (
       SELECT unnest($1::text[]) UNION SELECT p.parent FROM sluice.model_parent p JOIN ancestor a ON p.id = a.id)
     SELECT 1 FROM ancestor WHERE id = $2`,
    [asked.parents, id],
  );
  if (circle.length > 0) refuseCircle(asked);
}

async function models(client: SqlClient, limit: number): Promise<ModelSummary[]> {
  return client.query<ModelSummary>(
    `SELECT model, count(*) AS versions, (array_agg(version ORDER BY sequence DESC))[1] AS newest
     FROM sluice.model_version GROUP BY model ORDER BY model COLLATE "C" LIMIT $1::int8`,
    [limit],
  );
}

async function aliases(client: SqlClient, model: string): Promise<Alias[]> {
  return client.query<Alias>(
    `SELECT a.model, a.alias, a.id, v.version FROM sluice.model_alias a JOIN sluice.model_version v USING (model, id)
     WHERE a.model = $1 ORDER BY a.alias COLLATE "C"`,
    [model],
  );
}

/** With that label or that id, oldest first. */
function sameOnes(sql: SqlSession, model: string, label: string, id: string): Promise<ModelVersion[]> {
  return read(sql, 'WHERE v.model = $1 AND (v.version = $2 OR v.id = $3) ORDER BY v.sequence', [model, label, id]);
}

async function read(sql: SqlSession, clause: string, params: readonly unknown[]): Promise<ModelVersion[]> {
  const rows = await sql.query<VersionRow>(`SELECT ${COLUMNS} FROM sluice.model_version v ${clause}`, params);
  return rows.map(({ id, createdAt, document }) => {
    if (versionId(document) !== id)
      throw new SluiceError(
        'STORE_SCHEMA',
        `${document.model}:${document.version} was changed in the store: it is not ${id}`,
      );
    return { ...document, id, createdAt: createdAt.toISOString() };
  });
}
