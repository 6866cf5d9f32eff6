import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axios from 'axios';
import { createModelActivities } from '../../activities/models.js';
import { readConfig } from '../../src/config.js';
import { describeError } from '../../src/domain/errors.js';
import { courseOf, movesAtCutover, movesAtStart, movesBack } from '../../src/domain/rollout-models.js';
import { registry as registryRules } from '../../src/domain/spec/registry.js';
import type { ModelRegistry } from '../../src/ports/model-registry.js';
import { createMlflowRegistry } from '../../src/registry/mlflow/mlflow-registry.js';
import { openRegistry } from '../../src/registry/open-registry.js';
import { findProgram } from '../setup/program.js';
import { spec } from '../workflow/harness.js';
import { type MlflowServer, startMlflow } from './mlflow-server.js';
import { modelContract } from './model-contract.js';
import { newModel, versionOf } from './model-fixtures.js';

/** What a registry in MLflow must not ask. */
const unused = {} as ModelRegistry;

const program = findProgram(
  'mlflow',
  process.env.MLFLOW,
  'install it (pip install mlflow==3.17.2) and set MLFLOW to its program, or put it on PATH',
);

(program === null ? describe.skip : describe)('MLflow', () => {
  let server: MlflowServer;
  let registry: ModelRegistry;
  const rest = async (method: 'POST' | 'GET' | 'PATCH', path: string, data: object) =>
    (
      await axios.request({
        method,
        url: `${server.url}/api/2.0/mlflow/${path}`,
        ...(method === 'GET' ? { params: data } : { data }),
        proxy: false,
        timeout: 20_000,
      })
    ).data;
  beforeAll(async () => {
    server = await startMlflow(program!);
    registry = createMlflowRegistry({ url: server.url, timeoutMs: 30_000 });
  }, 150_000);
  afterAll(() => server?.stop());

  modelContract(() => registry);

  test('what MLflow shows of it', async () => {
    const { version } = await registry.register(versionOf(newModel(), 'v1'));
    await registry.moveAlias({
      changeId: 'c-1',
      model: version.model,
      alias: 'champion',
      to: version.id,
      by: 'a',
      why: 'b',
    });
    const { model_version } = await rest('GET', 'registered-models/alias', { name: version.model, alias: 'champion' });
    expect(model_version).toMatchObject({
      version: '1',
      source: version.artifact.uri,
      description: version.description,
    });
    expect(model_version.tags).toEqual(
      expect.arrayContaining([
        { key: 'sluice.id', value: version.id },
        { key: 'sluice.version', value: 'v1' },
        { key: 'sluice.digest', value: version.artifact.digest },
      ]),
    );
  });

  test('a version that MLflow alone knows is not seen, and an alias on it is not moved', async () => {
    const model = newModel();
    await rest('POST', 'registered-models/create', { name: model });
    await rest('POST', 'model-versions/create', { name: model, source: 's3://models/other' });
    await rest('POST', 'registered-models/alias', { name: model, alias: 'champion', version: '1' });
    const { version } = await registry.register(versionOf(model, 'v1'));
    expect(await registry.versions({ model, limit: 10 })).toEqual([version]);
    expect(await registry.aliases(model)).toEqual([]);
    await expect(
      registry.moveAlias({ changeId: 'c-2', model, alias: 'champion', to: version.id, by: 'a', why: 'b' }),
    ).rejects.toMatchObject({ code: 'COMMAND_REFUSED', message: expect.stringContaining("MLflow's version 1") });
  });

  test('a version that somebody edited is an error, not another version', async () => {
    const { version } = await registry.register(versionOf(newModel(), 'v1'));
    const value = JSON.stringify({ ...version, parameters: { depth: 99 } });
    await rest('POST', 'model-versions/set-tag', { name: version.model, version: '1', key: 'sluice.document', value });
    await expect(registry.version(version.model, 'v1')).rejects.toMatchObject({
      code: 'STORE_SCHEMA',
      message: expect.stringContaining(`version 1 of ${version.model}`),
    });
  });

  test('a move that was cut off before the alias is ended by its repeat', async () => {
    const model = newModel();
    const { version } = await registry.register(versionOf(model, 'v1'));
    const line = { changeId: 'c-3', from: null, to: version.id, by: 'a', why: 'b', at: new Date().toISOString() };
    const key = 'sluice.alias.champion.000001.0badcafe';
    await rest('POST', 'registered-models/set-tag', { name: model, key, value: JSON.stringify(line) });
    const move = { changeId: 'c-3', model, alias: 'champion', to: version.id, by: 'a', why: 'b' };
    expect(await registry.moveAlias(move)).toEqual({ model, alias: 'champion', ...line });
    expect(await registry.aliases(model)).toMatchObject([{ alias: 'champion', id: version.id }]);
    expect(await registry.aliasHistory({ model, alias: 'champion', limit: 10 })).toHaveLength(1);
  });

  test('a rollout finds its versions in it, and moves its aliases', async () => {
    const model = newModel();
    const config = readConfig({ SLUICE_MODEL_REGISTRY: `${server.url}/` });
    const models = openRegistry(config, { models: unused });
    const activities = createModelActivities({ models, store: { rollouts: async () => [] } });
    const baseline = (await models.register(versionOf(model, 'v1'))).version;
    const candidate = (await models.register(versionOf(model, 'v2'))).version;
    const order = { changeId: `${model}-0`, model, alias: 'champion', by: 'ann', why: 'it serves' };
    await models.moveAlias({ ...order, to: baseline.id });
    const given = { ...spec({}, model), registry: registryRules.parse({}) };
    const resolved = await activities.resolveModels(given);
    expect(resolved).toEqual({
      model,
      baseline: { id: baseline.id, digest: baseline.artifact.digest },
      candidate: { id: candidate.id, digest: candidate.artifact.digest },
      champion: baseline.id,
      challenger: null,
      notes: [],
    });
    const course = courseOf(given.registry, resolved!);
    const forth = [...movesAtStart(course, model), ...movesAtCutover(course, model)];
    for (const move of [...forth, ...forth]) await activities.moveRolloutAlias(move, null);
    expect(await models.aliases(model)).toMatchObject([{ alias: 'champion', version: 'v2' }]);
    for (const move of movesBack({ ...course, isCutOver: true }, model)) await activities.moveRolloutAlias(move, null);
    expect(await models.aliases(model)).toMatchObject([{ alias: 'champion', version: 'v1' }]);
    const history = await models.aliasHistory({ model, alias: 'champion', limit: 9 });
    expect(history.map(({ to }) => to)).toEqual([baseline.id, candidate.id, baseline.id]);
  });

  test('an artifact on this machine is refused, and leaves nothing behind', async () => {
    const asked = versionOf(newModel(), 'v1');
    const local = { ...asked, artifact: { ...asked.artifact, uri: 'file:///models/a.bin' } };
    await expect(registry.register(local)).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
    await expect(rest('GET', 'registered-models/get', { name: asked.model })).rejects.toMatchObject({ status: 404 });
  });

  test('what MLflow refuses is said in its own words', async () => {
    const asked = versionOf(newModel(), 'v1');
    const web = { ...asked, artifact: { ...asked.artifact, uri: 'https://models.example/a.bin' } };
    await expect(registry.register(web)).rejects.toMatchObject({
      code: 'COMMAND_REFUSED',
      message: expect.stringContaining("'source' cannot use the 'https' scheme"),
    });
  });

  test.each(["a' OR name LIKE '%", '../../x', 'A', 'x/y', ''])('refuses the model name %j', async (model) => {
    const usage = { code: 'USAGE' };
    await expect(registry.version(model, 'v1')).rejects.toMatchObject(usage);
    await expect(registry.versions({ model, limit: 1 })).rejects.toMatchObject(usage);
    await expect(registry.aliases(model)).rejects.toMatchObject(usage);
    await expect(registry.register(versionOf(model, 'v1'))).rejects.toMatchObject(usage);
  });
});

describe('MLflow that does not answer as it should', () => {
  const asked = async (status: number, body: string) => {
    const server = createServer((_, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const registry = createMlflowRegistry({ url: `http://127.0.0.1:${port}`, token: 'hunter2secret' });
    const error = await registry.version('digits', 'v1').catch((reason: unknown) => reason);
    server.close();
    expect(describeError(error)).not.toContain('hunter2secret');
    return error;
  };

  test.each([
    [401, '{"error_code":"UNAUTHENTICATED","message":"no"}', 'UNAUTHORIZED'],
    [503, 'busy', 'STORE_UNAVAILABLE'],
    [400, '{"error_code":"INVALID_PARAMETER_VALUE","message":"no"}', 'COMMAND_REFUSED'],
  ])('%d', async (status, body, code) => {
    expect(await asked(status, body)).toMatchObject({ code, message: expect.stringContaining(String(status)) });
  });

  test('nobody there', async () => {
    const registry = createMlflowRegistry({ url: 'http://127.0.0.1:1', token: 'hunter2secret' });
    const error = await registry.models({ limit: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(JSON.stringify(error) + describeError(error)).not.toContain('hunter2secret');
  });
});
