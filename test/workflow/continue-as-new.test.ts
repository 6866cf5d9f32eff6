import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { startDevServer, type TemporalServer } from '../../src/temporal/dev-server.js';
import { freePort } from '../setup/free-port.js';
import { freshNames, Stage, spec, World } from './harness.js';

const fresh = freshNames('continued');
let [server, stage, stateDir] = [undefined as unknown as TemporalServer, undefined as unknown as Stage, ''];
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'sluice-can-'));
  // What a rollout of weeks does at 4,096 events, this server asks for at 60.
  const flags = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'];
  server = await startDevServer({
    stateDir,
    port: await freePort(),
    uiPort: await freePort(),
    flags,
    report: () => undefined,
  });
  stage = await Stage.open(server.address);
});
afterAll(async () => {
  // A worker that a failed test has left behind must not keep its server, and work on.
  await stage.close().catch(() => undefined);
  await server.stop();
  await rm(stateDir, { recursive: true, force: true });
});

/** Long, for runs that begin anew all the time cost a busy machine much; nothing here is a matter of speed. */
jest.setTimeout(300_000);

const looksSeen = (world: World) => world.progressSeen.map((progress) => progress.error_rate?.looks.length ?? 0);
const mostLooks = (world: World) => Math.max(0, ...looksSeen(world));

test('a long rollout goes on in new runs: nothing is done twice and no decision is lost', async () => {
  const [world, service] = [new World(), fresh()];
  const steps = [
    { setWeight: 10, bake: '20ms' },
    { pause: { duration: '4s' } },
    { setWeight: 30, bake: '3s' },
    { pause: { approval: { timeout: '1h' } } },
    { setWeight: 50, bake: '20ms' },
  ];
  restless(world);
  const runs = new Set<string>();
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec({ canary: { steps } }, service), service);
    await rollout.until((state) => state.status === 'waiting' && state.waiting?.kind === 'approval');
    // Counted in looks, not in seconds: a busy machine looks less often.
    while (mostLooks(world) <= 14) await new Promise((resolve) => setTimeout(resolve, 100));
    const state = await rollout.state();
    expect(state).toMatchObject({ status: 'waiting', weightPercent: 30 });
    // An approval is void once a verdict changes: the last change has to be through before it is given.
    let quiet = 0;
    world.guardrail = () => {
      quiet += 1;
      return 'pass';
    };
    await rollout.until((now) => quiet > 2 && now.verdict === 'pass');
    await sendCommand(stage.temporal.client, service, 'approve', { actor: 'bob', reason: 'go on' });
    expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    for await (const { runId } of stage.temporal.client.workflow.list({ query: `WorkflowId = 'rollout/${service}'` }))
      runs.add(runId);
  });
  expect(runs.size).toBeGreaterThan(2);
  // Looks are counted on over runs, and anew at each weight: weights are never pooled.
  const counts = looksSeen(world);
  expect(counts.filter((count) => count === 0)).toHaveLength(3);
  expect(counts.every((count, i) => count === 0 || count >= (counts[i - 1] ?? 0))).toBe(true);
  expect(world.traffic()).toEqual(['10', '30', '50', 'all v2']);
  expect(world.decisions.map((d) => d.sequence)).toEqual(world.decisions.map((_, i) => i + 1));
  expect(world.decisions.filter((d) => d.action === 'approve')).toHaveLength(1);
});

test('what a freeze holds is held in new runs as well, and an approval that was given is not asked for again', async () => {
  const [world, service] = [new World(), fresh()];
  const steps = [
    { setWeight: 10, bake: '20ms' },
    { pause: { approval: { timeout: '1h' } } },
    { setWeight: 50, bake: '20ms' },
  ];
  let looks = 0;
  const restless = () => {
    looks += 1;
    return looks % 2 === 0 ? ('pass' as const) : ('inconclusive' as const);
  };
  const FREEZE = { until: null, reason: 'the big sale', ids: ['f1'] };
  const runs = new Set<string>();
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec({ canary: { steps } }, service), service);
    await rollout.until((state) => state.waiting?.kind === 'approval');
    world.frozen = FREEZE;
    await sendCommand(stage.temporal.client, service, 'approve', { actor: 'bob', reason: 'go on' });
    await rollout.until((state) => state.waiting?.kind === 'freeze');
    world.guardrail = restless;
    const before = looks;
    while (looks < before + 16) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await rollout.state()).toMatchObject({ weightPercent: 10, waiting: { kind: 'freeze' } });
    world.guardrail = () => 'pass';
    world.frozen = null;
    expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    for await (const { runId } of stage.temporal.client.workflow.list({ query: `WorkflowId = 'rollout/${service}'` }))
      runs.add(runId);
  });
  expect(runs.size).toBeGreaterThan(2);
  expect(world.traffic()).toEqual(['10', '50', 'all v2']);
  expect(world.decisions.filter((d) => d.action === 'approve')).toHaveLength(1);
  expect(world.decisions.map((d) => d.sequence)).toEqual(world.decisions.map((_, i) => i + 1));
});

/** Verdicts that change at each look make the history grow as weeks of quiet ones would. */
function restless(world: World): void {
  let looks = 0;
  world.guardrail = () => {
    looks += 1;
    return looks % 2 === 0 ? 'pass' : 'inconclusive';
  };
}

/** Until several runs have followed that in which it is called. */
async function whileRunsPass(service: string): Promise<void> {
  const query = `WorkflowId = 'rollout/${service}'`;
  const count = async () => (await stage.temporal.client.workflow.count(query)).count;
  for (const before = await count(); (await count()) < before + 2; )
    await new Promise((resolve) => setTimeout(resolve, 500));
}

test('a step that was put off stays so in new runs, and so does the end of the time for its evidence', async () => {
  const [world, service] = [new World(), fresh()];
  restless(world);
  world.gate = () => 'inconclusive';
  await stage.run(world, service, async () => {
    const steps = [{ setWeight: 10, bake: '2s', maxDuration: '2h' }];
    const rollout = await stage.start(spec({ canary: { steps } }, service), service);
    await rollout.until(({ waiting }) => waiting?.kind === 'bake');
    const hour = 3_600_000;
    await sendCommand(stage.temporal.client, service, 'extend', { actor: 'bob', reason: 'a holiday', forMs: hour });
    const { waiting } = await rollout.state();
    await whileRunsPass(service);
    expect((await rollout.state()).waiting).toEqual(waiting);
    await sendCommand(stage.temporal.client, service, 'abort', { actor: 'bob', reason: 'seen' });
    await rollout.result();

    const other = await stage.start(spec({ canary: { steps } }, service), service);
    const evidence = await other.until((state) => state.waiting?.kind === 'samples');
    await whileRunsPass(service);
    const { waiting: later } = await other.state();
    // What is missing is another thing at each look.
    expect({ ...later, lacks: '' }).toEqual({ ...evidence.waiting, lacks: '' });
    await sendCommand(stage.temporal.client, service, 'abort', { actor: 'bob', reason: 'seen' });
    await other.result();
  });
});

test('a person who is asked because there is no evidence is still asked in new runs, once', async () => {
  const [world, service] = [new World(), fresh()];
  restless(world);
  world.gate = () => 'inconclusive';
  await stage.run(world, service, async () => {
    const steps = [{ setWeight: 10, bake: '20ms', maxDuration: '100ms' }];
    const rollout = await stage.start(spec({ canary: { steps } }, service), service);
    const { waiting } = await rollout.until((state) => state.waiting?.kind === 'hold');
    await whileRunsPass(service);
    expect((await rollout.state()).waiting).toEqual(waiting);
    await sendCommand(stage.temporal.client, service, 'approve', { actor: 'bob', reason: 'it is enough' });
    expect(await rollout.result()).toMatchObject({ status: 'promoted' });
  });
  expect(world.decisions.filter(({ action }) => action === 'hold')).toHaveLength(1);
  expect(world.traffic()).toEqual(['10', 'all v2']);
});

test('who is asked after a freeze, as the evidence is gone, is still asked in new runs, once', async () => {
  const [world, service] = [new World(), fresh()];
  world.frozen = { until: null, reason: 'the big sale', ids: ['f1'] };
  await stage.run(world, service, async () => {
    const steps = [10, 50].map((setWeight) => ({ setWeight, bake: '20ms', maxDuration: '100ms' }) as const);
    const rollout = await stage.start({ ...spec({ canary: { steps } }, service), rights: GLASS }, service);
    await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
    await sendCommand(stage.temporal.client, service, 'break-glass', { actor: 'bob', reason: 'the first users' });
    await rollout.until(({ waiting, weightPercent }) => waiting?.kind === 'freeze' && weightPercent === 10);
    restless(world);
    world.gate = (_, { weightPercent }) => (weightPercent === 10 ? 'inconclusive' : 'pass');
    await rollout.until(({ verdict }) => verdict === 'inconclusive');
    world.frozen = null;
    const { waiting } = await rollout.until((state) => state.waiting?.kind === 'hold');
    await whileRunsPass(service);
    expect(await rollout.state()).toMatchObject({ weightPercent: 10, waiting });
    world.guardrail = () => 'pass';
    await sendCommand(stage.temporal.client, service, 'approve', { actor: 'bob', reason: 'it is enough' });
    expect(await rollout.result()).toMatchObject({ status: 'promoted' });
  });
  expect(world.decisions.filter(({ action }) => action === 'hold')).toHaveLength(1);
  expect(world.traffic()).toEqual(['10', '50', 'all v2']);
});
const GLASS = { promoteFull: [], breakGlass: ['bob'], trustSignals: false };

test.each(['rollback', 'abort'] as const)(
  'a %s that comes while a run waits for the store to hand over is done at once',
  async (command) => {
    const [world, service] = [new World(), fresh()];
    restless(world);
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ canary: { steps: [{ setWeight: 10, bake: '1h' }] } }, service), service);
      await rollout.until((state) => state.weightPercent === 10);
      world.storeDown = true;
      for (let before = -1; world.progressSeen.length !== before; ) {
        before = world.progressSeen.length;
        await new Promise((resolve) => setTimeout(resolve, 4000));
      }
      await sendCommand(stage.temporal.client, service, command, { actor: 'bob', reason: 'it is bad' });
      const deadline = Date.now() + 20_000;
      while (world.traffic().at(-1) !== 'all v1' && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect(world.traffic()).toEqual(['10', 'all v1']);
      world.storeDown = false;
      const status = command === 'abort' ? 'aborted' : 'rolled-back';
      expect(await rollout.result()).toMatchObject({ status, reason: `${command} by bob: it is bad` });
    });
    expect(world.decisions.map((d) => d.sequence)).toEqual(world.decisions.map((_, i) => i + 1));
  },
);

test('a cancellation that comes while a run goes on in a new one is not lost', async () => {
  const [world, service] = [new World(), fresh()];
  let looks = 0;
  world.guardrail = () => {
    looks += 1;
    return looks % 2 === 0 ? 'pass' : 'inconclusive';
  };
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec({ canary: { steps: [{ setWeight: 10, bake: '1h' }] } }, service), service);
    await rollout.until((state) => state.weightPercent === 10);
    // The run waits for the store before it hands over, and looks no more.
    world.storeDown = true;
    for (let before = -1; looks !== before; ) {
      before = looks;
      await new Promise((resolve) => setTimeout(resolve, 4000));
    }
    await rollout.handle.cancel();
    await new Promise((resolve) => setTimeout(resolve, 500));
    world.storeDown = false;
    const state = await rollout.result();
    expect(state).toMatchObject({
      status: 'rolled-back',
      reason: expect.stringContaining('the workflow was cancelled'),
    });
    expect(world.traffic()).toEqual(['10', 'all v1']);
  });
});
