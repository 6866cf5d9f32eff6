import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { untilStarted } from '../../src/client/queue.js';
import { queueWorkflowIdOf } from '../../src/client/workflow-ids.js';

/** Refuses what is asked after its deadline, as the SDK does; the innermost one counts. The queue runs for so many looks, then the rollout does. */
function clientWith(waitsForLooks: number): { client: Client; looks: () => number } {
  let [deadline, looks] = [Number.POSITIVE_INFINITY, 0];
  const answer = <T>(value: T): T => {
    if (Date.now() > deadline) throw new Error('4 DEADLINE_EXCEEDED');
    return value;
  };
  const queue = {
    describe: async () => answer({ status: { name: looks++ < waitsForLooks ? 'RUNNING' : 'COMPLETED' } }),
    query: async () => answer({ service: 'digits', entries: [{ rolloutId: 'mine' }] }),
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
