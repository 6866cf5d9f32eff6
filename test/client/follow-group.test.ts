import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { followGroup } from '../../src/client/group-commands.js';

/** A group that has ended once it was asked so often; some questions nobody answers. */
function clientWith(silent: readonly number[], endsAt: number): Client {
  let asked = 0;
  const handle = {
    describe: async () => {
      asked += 1;
      if (silent.includes(asked)) throw new Error('14 UNAVAILABLE');
      return { status: { name: asked < endsAt ? 'RUNNING' : 'COMPLETED' } };
    },
    query: async () => ({ groupId: 'g-1', revision: asked, status: 'progressing', wave: 1 }),
    result: async () => ({ groupId: 'g-1', revision: asked, status: 'promoted', wave: 1 }),
  };
  return {
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
    workflow: { getHandle: () => handle },
  } as unknown as Client;
}

const options = { timeoutMs: 10_000, intervalMs: 1 };

test('a group is followed on through a time in which nobody answers', async () => {
  const seen: number[] = [];
  const onChange = ({ revision }: { readonly revision: number }) => void seen.push(revision);
  const state = await followGroup(clientWith([2, 3, 5], 6), 'g', { ...options, onChange });
  expect(state).toMatchObject({ status: 'promoted' });
  expect(seen).toEqual([1, 4, 6]);
});

test('one that was never seen is not waited for', async () => {
  const following = followGroup(clientWith([1], 6), 'g', { ...options, onChange: () => undefined });
  await expect(following).rejects.toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
});
