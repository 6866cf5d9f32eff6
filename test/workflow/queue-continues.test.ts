import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newStart } from '../../src/client/new-start.js';
import { dequeue, enqueue, readQueue, untilStarted } from '../../src/client/queue.js';
import { startDevServer, type TemporalServer } from '../../src/temporal/dev-server.js';
import { freePort } from '../setup/free-port.js';
import { Stage, spec, World } from './harness.js';

let [server, stage, stateDir] = [undefined as unknown as TemporalServer, undefined as unknown as Stage, ''];
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'sluice-queue-'));
  // What a queue of months does at 4,096 events, this server asks for at 60.
  const flags = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'];
  const [port, uiPort] = [await freePort(), await freePort()];
  server = await startDevServer({ stateDir, port, uiPort, flags, report: () => undefined });
  stage = await Stage.open(server.address);
});
afterAll(async () => {
  await stage.close();
  await server.stop();
  await rm(stateDir, { recursive: true, force: true });
});

test('a long queue goes on in new runs: nobody loses a place', async () => {
  const [world, service] = [new World(), 'long-queue'];
  const { client } = stage.temporal;
  const next = () => newStart(spec({ canary: { steps: [{ setWeight: 10, bake: '20ms' }] } }, service), 'bob', null);
  await stage.run(world, service, async () => {
    const running = await stage.start(spec({ canary: { steps: [{ setWeight: 10, bake: '1h' }] } }, service), service);
    const [first, second] = [await next(), await next()];
    await enqueue(client, { start: first }, service);
    await enqueue(client, { start: second }, service);
    for (let round = 0; round < 30; round += 1) {
      const start = await next();
      await enqueue(client, { start }, service);
      await dequeue(client, service, start.rolloutId);
    }
    const { entries } = await readQueue(client, service);
    expect(entries.map(({ rolloutId }) => rolloutId)).toEqual([first.rolloutId, second.rolloutId]);
    const runs = new Set<string>();
    for await (const { runId } of client.workflow.list({ query: "WorkflowType = 'rolloutQueue'" })) runs.add(runId);
    expect(runs.size).toBeGreaterThan(2);
    await running.handle.cancel();
    await untilStarted(client, service, second.rolloutId, { timeoutMs: 120_000, intervalMs: 100 }).catch(
      async (error: unknown) => {
        const { raw } = await client.workflow.getHandle(`rollout/${service}`).describe();
        throw new Error(`what runs: ${JSON.stringify([raw.pendingActivities, raw.pendingWorkflowTask])}`, {
          cause: error,
        });
      },
    );
    await client.workflow.getHandle(`rollout/${service}`).result();
  });
}, 240_000);
