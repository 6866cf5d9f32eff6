import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { untilStarted } from '../../src/client/queue.js';
import { queueWorkflowIdOf } from '../../src/client/workflow-ids.js';

/** Refuses what is asked after its deadline, as the SDK does; the innermost one counts. The queue runs for so many looks, then the rollout does. */
function clientWith(waitsForLooks: number, waiting = ['mine']): { client: Client; looks: () => number } {
  let [deadline, looks] = [Number.POSITIVE_INFINITY, 0];
  const answer = <T>(value: T): T => {
    if (Date.now() > deadline) throw new Error('4 DEADLINE_EXCEEDED');
    return value;
  };
  const queue = {
    describe: async () => answer({ status: { name: looks++ < waitsForLooks ? 'RUNNING' : 'COMPLETED' } }),
    query: async () => answer({ service: 'digits', entries: waiting.map((rolloutId) => ({ rolloutId })) }),
  };
  const rollout = {
    describe: async () =>
      answer({
        memo: { rolloutId: looks > waitsForLooks ? 'mine' : 'other' },
        runId: 'run',
        status: { name: 'RUNNING' },
      }),
  };
  const client = {
    async withDeadline(until: number, ask: () => Promise<unknown>) {
      const outer = deadline;
      deadline = until;
      try {
        return await ask();
      } finally {
        deadline = outer;
      }
    },
    workflow: { getHandle: (id: string) => (id === queueWorkflowIdOf('digits') ? queue : rollout) },
  };
  return { client: client as unknown as Client, looks: () => looks };
}

test('a turn is waited for longer than a command may take for all its questions', async () => {
  const { client, looks } = clientWith(3);
  const options = { timeoutMs: 10_000, intervalMs: 1 };
  await client.withDeadline(Date.now() - 1, () => untilStarted(client, 'digits', 'mine', options));
  expect(looks()).toBe(4);
});

test('whoever waits too long is told for what', async () => {
  const { client } = clientWith(Number.POSITIVE_INFINITY);
  const waiting = untilStarted(client, 'digits', 'mine', { timeoutMs: 20, intervalMs: 1 });
  await expect(waiting).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'mine still waits for its turn on digits after 20 ms',
  });
});

test('what was taken out of the queue is not waited for', async () => {
  const { client } = clientWith(Number.POSITIVE_INFINITY, ['another']);
  const waiting = untilStarted(client, 'digits', 'mine', { timeoutMs: 10_000, intervalMs: 1 });
  await expect(waiting).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
});

test('that nobody answers for a while ends no wait', async () => {
  const { client, looks } = clientWith(3);
  let asked = 0;
  const away = Object.assign(Object.create(client), {
    withDeadline: (until: number, ask: () => Promise<unknown>) => {
      asked += 1;
      if (asked === 2 || asked === 5) return Promise.reject(new Error('14 UNAVAILABLE'));
      return client.withDeadline(until, ask);
    },
  }) as Client;
  await untilStarted(away, 'digits', 'mine', { timeoutMs: 10_000, intervalMs: 1 });
  expect(looks()).toBeGreaterThanOrEqual(4);

  const nobody = { withDeadline: () => Promise.reject(new Error('14 UNAVAILABLE')) };
  const gone = Object.assign(Object.create(client), nobody) as Client;
  await expect(untilStarted(gone, 'digits', 'mine', { timeoutMs: 20, intervalMs: 1 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining('14 UNAVAILABLE'),
  });
});
