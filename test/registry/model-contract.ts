import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { AliasMove, ModelRegistry } from '../../src/ports/model-registry.js';
import { versionId } from '../../src/registry/version-id.js';
import { digestOf, newModel, versionOf } from './model-fixtures.js';

/** What every implementation of `ModelRegistry` keeps to. */
export function modelContract(registry: () => ModelRegistry): void {
  describe('versions', () => versionContract(registry));
  describe('refusals', () => refusalContract(registry));
  describe('lineage', () => lineageContract(registry));
  describe('aliases', () => aliasContract(registry));
}

function versionContract(registry: () => ModelRegistry): void {
  test('keeps what was registered, by label and by id; the same again changes nothing', async () => {
    const asked = versionOf(newModel(), 'v1');
    const { version, isNew } = await registry().register(asked);
    expect(isNew).toBe(true);
    expect(version).toEqual({ ...asked, id: versionId(asked), createdAt: expect.any(String) });
    expect(Math.abs(Date.parse(version.createdAt) - Date.now())).toBeLessThan(60_000);
    const again = { ...asked, author: 'bob', description: 'x', artifact: { ...asked.artifact, uri: 's3://b/c' } };
    expect(await registry().register(again)).toEqual({ version, isNew: false });
    expect(await registry().version(asked.model, 'v1')).toEqual(version);
    expect(await registry().version(asked.model, version.id)).toEqual(version);
  });

  test('unknown ones', async () => {
    const model = newModel();
    expect(await registry().version(model, 'v1')).toBeNull();
    expect(await registry().version(model, `mv-${'0'.repeat(16)}`)).toBeNull();
    expect(await registry().versions({ model, limit: 10 })).toEqual([]);
    expect(await registry().versionsById([])).toEqual([]);
    expect(await registry().childrenOf([])).toEqual([]);
    expect(await registry().aliases(model)).toEqual([]);
    expect(await registry().aliasHistory({ model, alias: 'champion', limit: 10 })).toEqual([]);
  });

  test('newest first, up to a limit; models by name', async () => {
    const model = newModel();
    for (const label of ['v1', 'v3', 'v2']) await registry().register(versionOf(model, label));
    const labels = (await registry().versions({ model, limit: 2 })).map(({ version }) => version);
    expect(labels).toEqual(['v2', 'v3']);
    const models = await registry().models({ limit: 200 });
    expect(models).toContainEqual({ model, versions: 3, newest: 'v2' });
    expect(models.map((one) => one.model)).toEqual(models.map((one) => one.model).toSorted());
  });

  test('the same content in two models has one id', async () => {
    const [a, b] = [newModel(), newModel()];
    const asked = versionOf(a, 'v1');
    const [one, two] = [await registry().register(asked), await registry().register({ ...asked, model: b })];
    expect(two.isNew).toBe(true);
    const found = await registry().versionsById([one.version.id]);
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining([one.version, two.version]));
  });

  test('six that register the same at once get the same', async () => {
    const asked = versionOf(newModel(), 'v1');
    const all = await Promise.all(Array.from({ length: 6 }, () => registry().register(asked)));
    expect(new Set(all.map(({ version }) => JSON.stringify(version.createdAt)))).toHaveProperty('size', 1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await registry().versions({ model: asked.model, limit: 10 })).toHaveLength(1);
  }, 60_000);
}

function refusalContract(registry: () => ModelRegistry): void {
  const refused = (message: RegExp) => ({ code: 'COMMAND_REFUSED', message: expect.stringMatching(message) });

  test('a label that is taken by other content', async () => {
    const asked = versionOf(newModel(), 'v1');
    await registry().register(asked);
    const other = { ...asked, parameters: { depth: 7 } };
    await expect(registry().register(other)).rejects.toMatchObject(
      refused(new RegExp(`:v1 is ${versionId(asked)}; .* is ${versionId(other)}`)),
    );
    expect(await registry().versions({ model: asked.model, limit: 10 })).toHaveLength(1);
  });

  test('content that has another label', async () => {
    const asked = versionOf(newModel(), 'v1');
    await registry().register(asked);
    await expect(registry().register({ ...asked, version: 'v2' })).rejects.toMatchObject(
      refused(/:v2 has the same content as .*:v1/),
    );
  });

  test('other metrics or data of the same version', async () => {
    const asked = versionOf(newModel(), 'v1');
    await registry().register(asked);
    const other = { ...asked, metrics: { accuracy: 0.99 }, datasets: [] };
    await expect(registry().register(other)).rejects.toMatchObject(refused(/with other metrics and datasets/));
  });

  test('a parent that nobody registered, and a version that is its own', async () => {
    const model = newModel();
    const parent = `mv-${'1'.repeat(16)}`;
    await expect(registry().register(versionOf(model, 'v1', { parents: [parent] }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `parent ${parent} of ${model}:v1 is not registered`,
    });
    const asked = versionOf(model, 'v2');
    const own = versionId(asked);
    await expect(registry().register({ ...asked, parents: [own] })).rejects.toMatchObject(refused(/own ancestors/));
    expect(await registry().versions({ model, limit: 10 })).toEqual([]);
  });

  test('a circle that goes through another model', async () => {
    const [a, b, c] = [newModel(), newModel(), newModel()];
    const first = (await registry().register(versionOf(a, 'v1'))).version;
    const second = (await registry().register(versionOf(b, 'v1', { parents: [first.id] }))).version;
    const again = { ...versionOf(a, 'v1'), model: c, parents: [second.id] };
    await expect(registry().register(again)).rejects.toMatchObject(refused(/own ancestors/));
  });
}

function lineageContract(registry: () => ModelRegistry): void {
  test('parents by id, children by parent', async () => {
    const model = newModel();
    const one = (await registry().register(versionOf(model, 'v1'))).version;
    const two = (await registry().register(versionOf(model, 'v2'))).version;
    const child = (await registry().register(versionOf(model, 'v3', { parents: [two.id, one.id] }))).version;
    const other = (await registry().register(versionOf(model, 'v4', { parents: [one.id] }))).version;
    expect(child.parents).toEqual([two.id, one.id]);
    expect(await registry().versionsById([two.id, one.id, `mv-${'2'.repeat(16)}`])).toEqual([one, two]);
    expect(await registry().childrenOf([two.id])).toEqual([child]);
    expect(await registry().childrenOf([one.id, two.id])).toEqual([child, other]);
    expect(await registry().childrenOf([other.id])).toEqual([]);
  });
}

function aliasContract(registry: () => ModelRegistry): void {
  const setUp = async () => {
    const model = newModel();
    const ids: string[] = [];
    for (const label of ['v1', 'v2', 'v3']) ids.push((await registry().register(versionOf(model, label))).version.id);
    const move = (to: string | null, parts: Partial<AliasMove> = {}) =>
      registry().moveAlias({
        changeId: randomUUID(),
        model,
        alias: 'champion',
        to,
        by: 'ann',
        why: 'better',
        ...parts,
      });
    const history = () => registry().aliasHistory({ model, alias: 'champion', limit: 10 });
    return { model, ids: [ids[0]!, ids[1]!, ids[2]!] as const, move, history };
  };

  test('moves, with who, when, why, from and to', async () => {
    const { model, ids, move, history } = await setUp();
    const first = await move(ids[0]);
    expect(first).toEqual({
      changeId: expect.any(String),
      model,
      alias: 'champion',
      from: null,
      to: ids[0],
      by: 'ann',
      why: 'better',
      at: expect.any(String),
    });
    expect(await registry().aliases(model)).toEqual([{ model, alias: 'champion', id: ids[0], version: 'v1' }]);
    const second = await move(ids[1], { by: 'bob', why: 'v2 has won' });
    expect(second).toMatchObject({ from: ids[0], to: ids[1], by: 'bob' });
    await registry().moveAlias({ changeId: randomUUID(), model, alias: 'challenger', to: ids[2], by: 'x', why: 'y' });
    expect(await registry().aliases(model)).toEqual([
      { model, alias: 'challenger', id: ids[2], version: 'v3' },
      { model, alias: 'champion', id: ids[1], version: 'v2' },
    ]);
    expect(await history()).toEqual([second, first]);
    expect(await registry().aliasHistory({ model, alias: 'champion', limit: 1 })).toEqual([second]);
  });

  test('to where it points already: nothing happens', async () => {
    const { ids, move, history } = await setUp();
    await move(ids[0]);
    expect(await move(ids[0])).toBeNull();
    expect(await history()).toHaveLength(1);
  });

  test('taken away, its history stays', async () => {
    const { model, ids, move, history } = await setUp();
    await move(ids[0]);
    expect(await move(null)).toMatchObject({ from: ids[0], to: null });
    expect(await move(null)).toBeNull();
    expect(await registry().aliases(model)).toEqual([]);
    expect((await history()).map(({ to }) => to)).toEqual([null, ids[0]]);
    expect(await move(ids[0])).toMatchObject({ from: null, to: ids[0] });
  });

  test('compare and set', async () => {
    const { model, ids, move, history } = await setUp();
    await move(ids[0], { expected: null });
    await expect(move(ids[1], { expected: null })).rejects.toMatchObject({
      code: 'COMMAND_REFUSED',
      message: `${model}@champion points at ${ids[0]}, not at nothing`,
    });
    await expect(move(ids[1], { expected: ids[2] })).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
    expect(await move(ids[1], { expected: ids[0] })).toMatchObject({ from: ids[0], to: ids[1] });
    expect(await history()).toHaveLength(2);
  });

  test('a repeat does not undo what came after it', async () => {
    const { model, ids, move, history } = await setUp();
    const changeId = `rollout/${model}/1`;
    const made = await move(ids[0], { changeId });
    expect(await move(ids[0], { changeId, expected: null })).toEqual(made);
    await move(ids[1]);
    expect(await move(ids[0], { changeId })).toEqual(made);
    expect((await registry().aliases(model))[0]?.id).toBe(ids[1]);
    expect(await history()).toHaveLength(2);
  });

  test('not to a version of another model, or of none', async () => {
    const { model, move } = await setUp();
    const other = (await registry().register(versionOf(newModel(), 'v1'))).version;
    for (const id of [other.id, `mv-${'3'.repeat(16)}`])
      await expect(move(id)).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(id) });
    expect(await registry().aliases(model)).toEqual([]);
  });
}

/** Beyond what other registries can promise: of several that compare and set at once, one wins. */
export function concurrentAliasContract(registry: () => ModelRegistry): void {
  test('of eight that compare and set at once, one wins, and the history has no gap', async () => {
    const model = newModel();
    const ids: string[] = [];
    for (let n = 0; n < 8; n += 1)
      ids.push((await registry().register(versionOf(model, `v${n}`, { code: digestOf(`${n}`) }))).version.id);
    const move = (to: string, expected?: null) =>
      registry().moveAlias({ changeId: randomUUID(), model, alias: 'champion', to, by: 'x', why: 'y', expected });
    const raced = await Promise.allSettled(ids.map((id) => move(id, null)));
    expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all(ids.map((id) => move(id)));
    const changes = (await registry().aliasHistory({ model, alias: 'champion', limit: 50 })).toReversed();
    for (const [n, change] of changes.entries()) expect(change.from).toBe(changes[n - 1]?.to ?? null);
    expect((await registry().aliases(model))[0]?.id).toBe(changes.at(-1)?.to);
  });
}
