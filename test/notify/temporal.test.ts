import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { createHookActivities } from '../../activities/hooks.js';
import { createNotifyActivities } from '../../activities/notify.js';
import type { Notice } from '../../src/domain/notice.js';
import { hooks } from '../../src/domain/spec/hooks.js';
import { notify } from '../../src/domain/spec/notify.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../../src/temporal/connection.js';
import { failureInterceptor } from '../../src/worker/failure-interceptor.js';
import { quietRuntime } from '../../src/worker/runtime.js';
import { answers, type Behaviour, startServer, until } from '../gateway/stage.js';
import { notice } from './notices.js';
import type { loads, tells } from './telling-workflow.js';

const SECRET = 'a-planted-secret-of-some-length';
const secrets = (name: string) => (name === 'SLUICE_SECRET_HOOK' ? SECRET : undefined);
const taskQueue = `notify-${process.pid}`;

let temporal: TemporalLink;
let connection: NativeConnection;
let worker: Worker;
let stopped: Promise<void>;
beforeAll(async () => {
  quietRuntime();
  const settings = temporalSettings(process.env['SLUICE_TEST_TEMPORAL']);
  temporal = await connectTemporal(settings);
  connection = await NativeConnection.connect(settings.connectionOptions);
  const workflowsPath = fileURLToPath(new URL('telling-workflow.ts', import.meta.url));
  worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') }),
    activities: { ...createNotifyActivities({ secrets }), ...createHookActivities({ secrets }) },
    interceptors: { activity: [() => ({ inbound: failureInterceptor })] },
  });
  stopped = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await stopped;
  await connection.close();
  await temporal.close();
});

describe('on a Temporal server', () => {
  test('notices reach a receiver that is away, fails and is busy, in order; no secret is in the history', async () => {
    let served = 0;
    const script: Record<number, Behaviour> = {
      1: answers(503),
      3: (_, response) => void response.writeHead(429, { 'retry-after': '1' }).end(),
    };
    const receiver = await startServer((...call) => {
      served += 1;
      (script[served] ?? answers(204))(...call);
    });
    const [target] = notify.parse([
      { webhook: receiver.url, secretRef: 'SLUICE_SECRET_HOOK', events: ['rolled-back'] },
    ]);
    const told: Notice[] = [1, 2, 3].map((sequence) => notice({ sequence }));
    const startedAt = performance.now();
    const handle = await temporal.client.workflow.start<typeof tells>('tells', {
      taskQueue,
      workflowId: `${taskQueue}-tells`,
      args: [target!, [...told, notice({ sequence: 4, action: 'set-weight' })]],
    });
    await handle.result();
    // What was taken is not sent again, and a pause that was asked for is kept.
    expect(receiver.requests.map(({ headers }) => String(headers['webhook-id']).split('/')[1])).toEqual([
      '1',
      '1',
      '2',
      '2',
      '3',
    ]);
    expect(performance.now() - startedAt).toBeGreaterThan(1000);
    expect(JSON.stringify(await handle.fetchHistory())).not.toMatch(/planted/);
    await receiver.close();
  });

  test('a load test of a rollout that is cancelled is taken away', async () => {
    const tester = await startServer((request, response) => {
      const isStart = request.method === 'POST';
      response.writeHead(isStart ? 202 : 200, isStart ? { location: '/runs/1' } : {});
      response.end(request.method === 'GET' ? '{"done":false}' : '');
    });
    const load = { name: 'load', kind: 'load-test', at: { during: 'canary' }, every: '50ms', url: tester.url } as const;
    const subject = {
      rolloutId: 'digits-1',
      service: 'digits',
      phase: 'canary',
      baseline: 'v1',
      candidate: 'v2',
      weightPercent: 10,
    } as const;
    const handle = await temporal.client.workflow.start<typeof loads>('loads', {
      taskQueue,
      workflowId: `${taskQueue}-loads`,
      args: [hooks.parse([load]), subject, new Date(Date.now() + 60_000).toISOString()],
    });
    await until(() => tester.requests.some(({ method }) => method === 'GET'));
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow('cancelled');
    expect(tester.requests.at(-1)).toMatchObject({ method: 'DELETE', path: '/runs/1' });
    await tester.close();
  });
});
