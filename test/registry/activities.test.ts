import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type AliasOrder, createModelActivities } from '../../activities/models.js';
import { SluiceError } from '../../src/domain/errors.js';
import type { Store } from '../../src/ports/store.js';
import { testStore } from '../setup/store.js';
import { stateOf } from '../stores/rollout-fixtures.js';
import { newModel, versionOf } from './model-fixtures.js';

let store: Store;
beforeAll(async () => {
  store = await testStore();
}, 120_000);
afterAll(() => store?.close());

const inWorkflow = (activityId = '1', runId = 'run-1') =>
  new MockActivityEnvironment({ activityId, workflowExecution: { workflowId: 'rollout/digits', runId } });

async function setUp() {
  const model = newModel();
  const versions = [];
  for (const label of ['v1', 'v2']) versions.push((await store.models.register(versionOf(model, label))).version);
  const activities = createModelActivities({ models: store.models, store });
  const order = { model, alias: 'champion', by: 'sluice', why: 'promoted by rollout digits-1' };
  return { model, versions, activities, order };
}

test('resolves labels, ids and aliases to what a workflow may keep', async () => {
  const { model, versions, activities, order } = await setUp();
  const [one] = versions;
  await inWorkflow(model).run((asked: AliasOrder) => activities.moveAlias(asked), { ...order, to: 'v1' });
  for (const text of ['v1', one!.id, '@champion'])
    expect(await inWorkflow().run(() => activities.resolveVersion(model, text))).toEqual({
      model,
      version: 'v1',
      id: one!.id,
      digest: one!.artifact.digest,
      uri: one!.artifact.uri,
    });
});

test('a second attempt is the same move, also when somebody has moved it since', async () => {
  const { model, versions, activities, order } = await setUp();
  const first = await inWorkflow(model).run((asked: AliasOrder) => activities.moveAlias(asked), {
    ...order,
    to: 'v1',
    expected: null,
  });
  expect(first).toMatchObject({ from: null, to: versions[0]!.id });
  await inWorkflow(`${model}-by-hand`).run((asked: AliasOrder) => activities.moveAlias(asked), {
    ...order,
    to: 'v2',
    by: 'ann',
    why: 'no',
  });
  expect(
    await inWorkflow(model).run((asked: AliasOrder) => activities.moveAlias(asked), {
      ...order,
      to: 'v1',
      expected: null,
    }),
  ).toEqual(first);
  expect((await store.models.aliases(model))[0]?.id).toBe(versions[1]!.id);
  // Another call is another move.
  await inWorkflow(model, 'run-2').run((asked: AliasOrder) => activities.moveAlias(asked), { ...order, to: 'v1' });
  expect((await store.models.aliases(model))[0]?.id).toBe(versions[0]!.id);
});

test('a change of the workflow’s own naming outlives its run', async () => {
  const { model, activities, order } = await setUp();
  const changeId = `${model}/promote`;
  const first = await inWorkflow('1', 'a').run((asked: AliasOrder) => activities.moveAlias(asked), {
    ...order,
    to: 'v1',
    changeId,
  });
  expect(
    await inWorkflow('9', 'b').run((asked: AliasOrder) => activities.moveAlias(asked), {
      ...order,
      to: 'v2',
      changeId,
    }),
  ).toEqual(first);
});

test.each([
  [{ to: 'v9' }, 'NOT_FOUND'],
  [{ to: '../v1' }, 'USAGE'],
  [{ alias: 'latest', to: 'v1' }, 'USAGE'],
  [{ model: 'A', to: 'v1' }, 'USAGE'],
  [{ to: 'v1', expected: 'mv-0000000000000000' }, 'COMMAND_REFUSED'],
])('%j is refused', async (parts, code) => {
  const { activities, order } = await setUp();
  const moved = inWorkflow(order.model).run((asked: AliasOrder) => activities.moveAlias(asked), { ...order, ...parts });
  await expect(moved).rejects.toMatchObject({ code });
});

describe('a move that a rollout asks for', () => {
  const asked = async (over: object = {}) => {
    const { model, versions } = await setUp();
    const [, two] = versions;
    const move = { changeId: `${model}/champion`, model, role: 'champion', alias: 'champion', why: 'cutover' } as const;
    return { model, move: { ...move, to: two!.id, expected: null, ...over } };
  };
  const late = (service: string) => ({ service, rolloutId: 'r-1', startedAt: '2026-11-01T07:00:00.000Z' });

  test('is made once, in the name of sluice', async () => {
    const { model, move } = await asked();
    const activities = createModelActivities({ models: store.models, store });
    const change = await activities.moveRolloutAlias(move, null);
    expect(change).toMatchObject({ from: null, to: move.to, by: 'sluice', why: 'cutover' });
    expect(await activities.moveRolloutAlias(move, late(model))).toEqual(change);
  });

  test('is not made late, once a newer rollout decides', async () => {
    const { model, move } = await asked({ role: 'challenger', alias: 'challenger' });
    await store.saveRollout(stateOf(model, { rolloutId: 'r-2' }));
    const activities = createModelActivities({ models: store.models, store });
    await expect(activities.moveRolloutAlias(move, late(model))).rejects.toMatchObject({
      code: 'COMMAND_REFUSED',
      message: `r-2 decides on ${model}@challenger now`,
    });
    expect(await store.models.aliases(model)).toEqual([]);
  });

  test('waits for a token that is taken', async () => {
    const { move } = await asked();
    const refuses = async () => {
      throw new SluiceError('UNAUTHORIZED', 'the token has ended');
    };
    const activities = createModelActivities({ models: { ...store.models, moveAlias: refuses }, store });
    await expect(activities.moveRolloutAlias(move, null)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
