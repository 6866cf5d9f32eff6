import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { watchRollout } from '../../../src/cli/commands/watch-rollout.js';
import { openRolloutSource } from '../../../src/cli/source/rollout-source.js';
import { readConfig } from '../../../src/config.js';
import type { RolloutState } from '../../../src/domain/rollout-state.js';
import { stateOf } from '../../stores/rollout-fixtures.js';
import { StoreApi } from './store-api.js';

const OPTIONS = { timeout: 20_000, output: 'name', patienceMs: 50 } as const;
const { SLUICE_API: before } = process.env;
let api: StoreApi;
beforeAll(async () => {
  api = await StoreApi.open();
  process.env['SLUICE_API'] = api.url;
});
afterEach(() => api.states.clear());
afterAll(async () => {
  if (before === undefined) delete process.env['SLUICE_API'];
  else process.env['SLUICE_API'] = before;
  await api.close();
});

/** As Temporal answers one look after the other, the last for good; null: no worker does. */
function temporal(...looks: readonly (RolloutState | null)[]): Client {
  let [at, now] = [-1, null as RolloutState | null];
  const handle = {
    describe: async () => {
      at = Math.min(at + 1, looks.length - 1);
      now = looks[at] ?? null;
      return { status: { name: 'RUNNING' }, runId: 'run' };
    },
    query: async () => {
      if (now !== null) return now;
      throw Object.assign(new Error('late'), { code: 4, details: 'late', metadata: {} });
    },
  };
  const withDeadline = (_: number, ask: () => Promise<unknown>) => ask();
  return { withDeadline, workflow: { getHandle: () => handle } } as unknown as Client;
}

async function follow(client: Client, rolloutId?: string) {
  const source = openRolloutSource(
    { ...readConfig(), databaseUrl: null },
    { client: async () => client, close: async () => {} },
  );
  try {
    return await watchRollout(source, 'digits', { ...OPTIONS, ...(rolloutId === undefined ? {} : { rolloutId }) });
  } finally {
    await source.close();
  }
}

const running = (rolloutId: string) => stateOf('digits', { rolloutId });
const ended = (rolloutId: string, status: RolloutState['status']) =>
  stateOf('digits', { rolloutId, status, revision: 9 });

test('no worker answers: the ending of the rollout before is not that of this one', async () => {
  api.save(ended('before', 'promoted'));
  await expect(follow(temporal(null), 'mine')).rejects.toMatchObject({
    code: 'NO_WORKER',
    message: expect.stringMatching(/no worker answers within 5 s; and the store knows nothing of mine/),
  });
});

test('no worker answers, and the store has this one: it is followed there', async () => {
  api.save(ended('before', 'promoted'));
  api.save(ended('mine', 'aborted'));
  const { state, source } = await follow(temporal(null), 'mine');
  expect([state.rolloutId, state.status, source]).toEqual(['mine', 'aborted', 'store']);
});

test.each([
  ['by name', 'mine'],
  ['as the newest of its service', undefined],
])('the queue starts another in the moment this one ends; followed %s', async (_, rolloutId) => {
  api.save(ended('mine', 'rolled-back'));
  api.save(ended('next', 'promoted'));
  const { state, note } = await follow(temporal(running('mine'), ended('next', 'promoted')), rolloutId);
  expect([state.rolloutId, state.status]).toEqual(['mine', 'rolled-back']);
  expect(note).toMatch(/^next has followed it; this is the view recorded /);
});

test('another runs, and nobody has written this one down', async () => {
  await expect(follow(temporal(running('next')), 'mine')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'next has followed it, and the store knows nothing of mine',
  });
});
