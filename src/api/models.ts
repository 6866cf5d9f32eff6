import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Alias, AliasChange, ModelSummary, ModelVersion } from '../domain/model-version.js';
import {
  aliasName,
  modelName,
  newVersion,
  personName,
  reasonText,
  versionId,
  versionSelector,
} from '../domain/spec/model-version.js';
import type { ModelRegistry } from '../ports/model-registry.js';
import { diffVersions, type VersionDiff } from '../registry/diff.js';
import { DEEPEST, type Lineage, lineageOf } from '../registry/lineage.js';
import { resolveVersion } from '../registry/resolve.js';
import type { Guard } from './guard.js';
import { parseInput } from './problem.js';

const ofModel = z.object({ model: modelName });
const ofVersion = ofModel.extend({ version: versionSelector });
const ofPair = ofVersion.extend({ other: versionSelector });
const ofAlias = ofModel.extend({ alias: aliasName });
const page = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) });
const lineageQuery = z.object({
  direction: z.enum(['ancestors', 'descendants']).default('ancestors'),
  depth: z.coerce.number().int().min(1).max(DEEPEST).default(10),
});
const move = z.strictObject({
  to: versionSelector.nullable(),
  by: personName,
  why: reasonText,
  expected: versionId.nullable().optional(),
  changeId: z
    .string()
    .regex(/^[A-Za-z0-9][\w./:-]{0,199}$/, 'expected letters, digits and _ . / : -')
    .optional(),
});

/** Model versions, their lineage and their aliases. Reading them is free; the guard stands before what changes them. */
export function modelRoutes(server: FastifyInstance, registry: ModelRegistry, guard: Guard): void {
  versionRoutes(server, registry, guard);
  comparisonRoutes(server, registry);
  aliasRoutes(server, registry, guard);
}

function versionRoutes(server: FastifyInstance, registry: ModelRegistry, guard: Guard): void {
  server.get('/v1/models', async (request): Promise<{ models: ModelSummary[] }> => {
    return { models: await registry.models(parseInput(page, request.query, 'USAGE')) };
  });

  server.get('/v1/models/:model/versions', async (request): Promise<{ versions: ModelVersion[] }> => {
    const { model } = parseInput(ofModel, request.params, 'USAGE');
    return { versions: await registry.versions({ model, ...parseInput(page, request.query, 'USAGE') }) };
  });

  server.post('/v1/models/:model/versions', { onRequest: guard }, async (request, reply): Promise<ModelVersion> => {
    const { model } = parseInput(ofModel, request.params, 'USAGE');
    const { version, isNew } = await registry.register({
      ...parseInput(newVersion, request.body, 'SPEC_INVALID'),
      model,
    });
    if (isNew) request.log.info({ model, version: version.version, id: version.id }, 'model version registered');
    reply.status(isNew ? 201 : 200);
    return version;
  });

  server.get('/v1/models/:model/versions/:version', async (request): Promise<ModelVersion> => {
    const { model, version } = parseInput(ofVersion, request.params, 'USAGE');
    return resolveVersion(registry, model, version);
  });
}

function comparisonRoutes(server: FastifyInstance, registry: ModelRegistry): void {
  server.get('/v1/models/:model/versions/:version/lineage', async (request): Promise<Lineage> => {
    const { model, version } = parseInput(ofVersion, request.params, 'USAGE');
    const { direction, depth } = parseInput(lineageQuery, request.query, 'USAGE');
    return lineageOf(registry, await resolveVersion(registry, model, version), direction, depth);
  });

  server.get('/v1/models/:model/versions/:version/diff/:other', async (request): Promise<VersionDiff> => {
    const { model, version, other } = parseInput(ofPair, request.params, 'USAGE');
    const [a, b] = [await resolveVersion(registry, model, version), await resolveVersion(registry, model, other)];
    return diffVersions(a, b);
  });
}

function aliasRoutes(server: FastifyInstance, registry: ModelRegistry, guard: Guard): void {
  server.get('/v1/models/:model/aliases', async (request): Promise<{ aliases: Alias[] }> => {
    const { model } = parseInput(ofModel, request.params, 'USAGE');
    return { aliases: await registry.aliases(model) };
  });

  server.get('/v1/models/:model/aliases/:alias/history', async (request): Promise<{ changes: AliasChange[] }> => {
    const named = parseInput(ofAlias, request.params, 'USAGE');
    return { changes: await registry.aliasHistory({ ...named, ...parseInput(page, request.query, 'USAGE') }) };
  });

  /** The change is null where the alias pointed there already. */
  server.put(
    '/v1/models/:model/aliases/:alias',
    { onRequest: guard },
    async (request): Promise<{ change: AliasChange | null }> => {
      const { model, alias } = parseInput(ofAlias, request.params, 'USAGE');
      const { to, changeId = randomUUID(), ...rest } = parseInput(move, request.body, 'USAGE');
      const id = to === null ? null : (await resolveVersion(registry, model, to)).id;
      const change = await registry.moveAlias({ ...rest, model, alias, to: id, changeId });
      if (change !== null) request.log.info({ change }, 'alias moved');
      return { change };
    },
  );
}
