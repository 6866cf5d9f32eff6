import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Worker } from '@temporalio/worker';
import { findTemporalCli } from '../../src/temporal/cli-binary.js';
import { PLAIN_RUNTIME } from '../../src/worker/options.js';
import { howToMakeCurrent, workerVersion } from '../../src/worker/versioning.js';
import { echoes, openProbe, type Probe } from './probe.js';

describe('which build a worker is', () => {
  test('none, or both', () => {
    expect(workerVersion({})).toBeNull();
    expect(workerVersion({ SLUICE_DEPLOYMENT: '', SLUICE_BUILD_ID: '' })).toBeNull();
    expect(workerVersion({ SLUICE_DEPLOYMENT: 'sluice', SLUICE_BUILD_ID: '0.2.0' })).toEqual({
      deploymentName: 'sluice',
      buildId: '0.2.0',
    });
  });

  test.each([
    [{ SLUICE_DEPLOYMENT: 'sluice' }, 'SLUICE_DEPLOYMENT is "sluice", but SLUICE_BUILD_ID is not set'],
    [{ SLUICE_BUILD_ID: 'a1' }, 'SLUICE_BUILD_ID is "a1", but SLUICE_DEPLOYMENT is not set'],
    [{ SLUICE_DEPLOYMENT: 'a.b', SLUICE_BUILD_ID: 'a1' }, '"a.b" has a dot'],
  ])('%j is refused', (env, reason) => {
    expect(() => workerVersion(env)).toThrow(reason);
  });
});

describe('on a server', () => {
  const deploymentName = `sluice-${process.pid}`;
  const queue = `versions-${process.pid}`;
  const buildIds = ['0.1.0-a', '0.2.0-b'] as const;
  let probe: Probe;
  let cli: string;
  const running: { worker: Worker; ended: Promise<void> }[] = [];

  beforeAll(async () => {
    probe = await openProbe();
    cli = await findTemporalCli(() => undefined);
  });
  afterAll(async () => {
    for (const { worker } of running) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all(running.map(({ ended }) => ended));
    await probe.close();
  });

  const startBuild = async (buildId: string) => {
    const runtime = { ...PLAIN_RUNTIME, version: { deploymentName, buildId } };
    const worker = await probe.worker(queue, echoes, {}, runtime);
    running.push({ worker, ended: worker.run() });
  };
  const temporal = (...args: string[]) =>
    promisify(execFile)(cli, [...args, '--address', probe.settings.address], { timeout: 10_000 });
  /** As a person would, by the words of the worker itself; the server knows a build a moment after its first poll. */
  const makeCurrent = async (buildId: string) => {
    const [, command = ''] = howToMakeCurrent({ deploymentName, buildId }).split('after: temporal ');
    for (const until = performance.now() + 20_000; ; ) {
      const failed = await temporal(...command.split(' '), '--yes').then(
        () => null,
        (error: unknown) => error,
      );
      if (failed === null) return;
      if (performance.now() > until) throw failed;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const start = (workflowId: string) =>
    probe.link.client.workflow.start('pinned', { workflowId: `${workflowId}-${process.pid}`, taskQueue: queue });

  test('one that was started without versions goes on once a build is current, and is pinned to it', async () => {
    const unversioned = await probe.worker(queue, echoes);
    const before = await unversioned.runUntil(async () => {
      const handle = await start('before');
      expect(await handle.query('build')).not.toBe(buildIds[0]);
      return handle;
    });
    await startBuild(buildIds[0]);
    await makeCurrent(buildIds[0]);
    await before.executeUpdate('say', { args: ['x'] });
    expect(await before.result()).toBe('echo of x');
    expect(await before.query('build')).toBe(buildIds[0]);
  });

  test('a rollout ends on the build it was started on; new ones go to the current; one that must can be moved', async () => {
    const [a, b] = buildIds;
    const [stays, moves] = [await start('stays'), await start('moves')];
    expect(await stays.query('build')).toBe(a);
    expect(await moves.query('build')).toBe(a);

    await startBuild(b);
    await makeCurrent(b);
    const fresh = await start('fresh');
    expect(await fresh.query('build')).toBe(b);
    await stays.executeUpdate('say', { args: ['as new'] });
    // The next run of the same rollout is pinned as well.
    expect((await stays.describe()).runId).not.toBe(stays.firstExecutionRunId);
    expect(await stays.query('build')).toBe(a);
    await stays.executeUpdate('say', { args: ['child'] });
    expect(await stays.result()).toBe('echo of child');
    const child = probe.link.client.workflow.getHandle(`${stays.workflowId}-child`);
    expect(await child.query('build')).toBe(a);
    expect(await stays.query('build')).toBe(a);

    const pin = ['--versioning-override-behavior', 'pinned', '--versioning-override-deployment-name', deploymentName];
    const to = ['-w', moves.workflowId, ...pin, '--versioning-override-build-id', b];
    await temporal('workflow', 'update-options', ...to);
    await moves.executeUpdate('say', { args: ['y'] });
    expect(await moves.result()).toBe('echo of y');
    expect(await moves.query('build')).toBe(b);

    const { stdout } = await temporal(
      'worker',
      'deployment',
      'describe-version',
      '--deployment-name',
      deploymentName,
      '--build-id',
      a,
    );
    expect(stdout).toMatch(/drain(ing|ed)/i);
    await child.terminate();
    await fresh.terminate();
  });
});
