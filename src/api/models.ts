import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { ModelRegistry } from '../ports/model-registry.js';
import { diffVersions as differences } from '../registry/diff.js';
import { lineageOf } from '../registry/lineage.js';
import { resolveVersion } from '../registry/resolve.js';
import {
  diffVersions,
  getAliasHistory,
  getLineage,
  getVersion,
  listAliases,
  listModels,
  listVersions,
  moveAlias,
  registerVersion,
} from './endpoints/models.js';
import { pageOf } from './page-of.js';
import { namedBy, serve } from './serve.js';

/** Model versions, their lineage and their aliases. */
export function modelRoutes(server: FastifyInstance, registry: ModelRegistry): void {
  versionRoutes(server, registry);
  comparisonRoutes(server, registry);
  aliasRoutes(server, registry);
}

function versionRoutes(server: FastifyInstance, registry: ModelRegistry): void {
  serve(server, listModels, async ({ query }) => {
    const { items, next } = await pageOf(query, (limit) => registry.models({ limit }), { model: 'up' });
    return { models: items, next };
  });

  serve(server, listVersions, async ({ params: { model }, query }) => {
    const { items, next } = await pageOf(query, (limit) => registry.versions({ model, limit }), {
      createdAt: 'down',
      version: 'up',
      id: 'up',
    });
    return { versions: items, next };
  });

  serve(server, registerVersion, async ({ params: { model }, body, request, reply }) => {
    const { version, isNew } = await registry.register({ ...body, model });
    if (isNew) request.log.info({ model, version: version.version, id: version.id }, 'model version registered');
    reply.status(isNew ? 201 : 200);
    return version;
  });

  serve(server, getVersion, async ({ params: { model, version } }) => resolveVersion(registry, model, version));
}

function comparisonRoutes(server: FastifyInstance, registry: ModelRegistry): void {
  serve(server, getLineage, async ({ params: { model, version }, query: { direction, depth } }) =>
    lineageOf(registry, await resolveVersion(registry, model, version), direction, depth),
  );

  serve(server, diffVersions, async ({ params: { model, version, other } }) => {
    const [a, b] = [await resolveVersion(registry, model, version), await resolveVersion(registry, model, other)];
    return differences(a, b);
  });
}

function aliasRoutes(server: FastifyInstance, registry: ModelRegistry): void {
  serve(server, listAliases, async ({ params: { model }, query }) => {
    const { items, next } = await pageOf(query, () => registry.aliases(model), { alias: 'up' });
    return { aliases: items, next };
  });

  serve(server, getAliasHistory, async ({ params, query }) => {
    const { items, next } = await pageOf(query, (limit) => registry.aliasHistory({ ...params, limit }), {
      at: 'down',
      changeId: 'up',
    });
    return { changes: items, next };
  });

  serve(server, moveAlias, async ({ params: { model, alias }, body, who, request }) => {
    const { to, changeId = randomUUID(), by, ...rest } = body;
    const id = to === null ? null : (await resolveVersion(registry, model, to)).id;
    const change = await registry.moveAlias({ ...rest, by: namedBy(who, by, 'by'), model, alias, to: id, changeId });
    if (change !== null) request.log.info({ change }, 'alias moved');
    return { change };
  });
}
