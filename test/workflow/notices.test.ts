import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createNotifyActivities } from '../../activities/notify.js';
import { sendCommand } from '../../src/client/send-command.js';
import { type RolloutSpecInput, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('notices');
const HOOK = { name: 'gate', url: 'https://hooks.example.test/gate' };

function withOthers(service: string, others: Pick<RolloutSpecInput, 'notify' | 'hooks'>) {
  const given = spec({}, service);
  const { notify, hooks } = rolloutSpec.parse({
    sluice: 'v1',
    service,
    owner: 'x',
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
    protocol: { model: 'digits' },
    guardrails: [{ metric: 'error_rate' }],
    phases: { canary: { steps: [{ setWeight: 10 }, { setWeight: 50 }] } },
    ...others,
  });
  return { ...given, ...(notify ? { notify } : {}), ...(hooks ? { hooks } : {}) };
}

describe('others are told', () => {
  test('of each transition, once and in order, and of what they asked for only', async () => {
    const [world, service] = [new World(), fresh()];
    const notify = [
      { webhook: 'https://a.example.test/all' },
      { webhook: 'https://b.example.test/ends', events: ['completed' as const, 'rolled-back' as const] },
    ];
    const given = withOthers(service, { notify });
    await stage.run(world, service, async () => {
      const rollout = await stage.start(given, service);
      expect((await rollout.result()).status).toBe('promoted');
    });
    const heard = (index: number) =>
      world.delivered.filter(({ target }) => JSON.stringify(target) === JSON.stringify(given.notify?.[index]));
    const told = (index: number) => heard(index).map(({ notice }) => notice.event);
    expect(told(0)).toEqual([
      'started',
      'drill',
      'advanced',
      'weight',
      'advanced',
      'weight',
      'advanced',
      'advanced',
      'promoted',
      'advanced',
      'completed',
    ]);
    expect(told(1)).toEqual(['completed']);
    const ids = heard(0).map(({ notice }) => notice.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a receiver that is away holds nothing up: the rollback is over, its telling pending, and goes on by itself', async () => {
    const [world, service] = [new World(), fresh()];
    const got: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => got.push(JSON.parse(String(chunk)).type));
      request.on('end', () => response.writeHead(204).end());
    });
    const port = await portOf(server);
    await new Promise((resolve) => server.close(resolve));
    const real = createNotifyActivities({ secrets: () => undefined });
    const activities = () => ({ ...world.activities(), ...real });
    await stage.run(Object.assign(Object.create(world), { activities }), service, async () => {
      const given = withOthers(service, { notify: [{ webhook: `http://127.0.0.1:${port}/` }] });
      const rollout = await stage.start(given, service);
      await rollout.until(({ weightPercent }) => weightPercent === 10);
      const at = Date.now();
      await sendCommand(stage.temporal.client, service, 'abort', { actor: 'bob', reason: 'now' });
      const ended = await rollout.result();
      expect(ended).toMatchObject({ status: 'aborted', pending: [`tell 127.0.0.1:${port}`] });
      expect(Date.now() - at).toBeLessThan(20_000);
      expect(world.traffic().at(-1)).toBe('all v1');
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      await stage.temporal.client.workflow.getHandle(`outbox/${service}/${ended.rolloutId}`).result();
    });
    await new Promise((resolve) => server.close(resolve));
    expect(got).toContain('dev.sluice.rollout.aborted.v1');
    expect(world.states.at(-1)).toMatchObject({ status: 'aborted', pending: [] });
  });
});

describe('hooks', () => {
  test('are asked at their moments, in order', async () => {
    const [world, service] = [new World(), fresh()];
    const hooks = [
      { kind: 'call' as const, ...HOOK, at: { before: 'validation' as const } },
      { kind: 'call' as const, ...HOOK, name: 'each', at: { beforeStep: 'each' as const } },
      { kind: 'confirm' as const, ...HOOK, name: 'sure', at: { before: 'cutover' as const } },
      { kind: 'load-test' as const, ...HOOK, name: 'load', at: { during: 'canary' as const } },
      { kind: 'call' as const, ...HOOK, name: 'bye', at: { after: 'cutover' as const } },
    ];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(withOthers(service, { hooks }), service);
      expect((await rollout.result()).status).toBe('promoted');
    });
    expect(world.asked).toEqual([
      'gate before validation',
      'each before step 0',
      'load during canary',
      'each before step 1',
      'load during canary',
      'sure before cutover',
      'bye after cutover',
    ]);
  });

  test.each(['rollback', 'hold', 'ignore'] as const)('a no does what the spec says: %s', async (onFailure) => {
    const [world, service] = [new World(), fresh()];
    world.hookSays = { approved: false, message: 'not on a Friday' };
    await stage.run(world, service, async () => {
      const hooks = [{ kind: 'call' as const, ...HOOK, at: { beforeStep: 1 }, onFailure }];
      const rollout = await stage.start(withOthers(service, { hooks }), service);
      if (onFailure === 'hold') {
        expect(await rollout.until(({ status }) => status === 'waiting')).toMatchObject({
          weightPercent: 10,
          reason: 'hook gate: not on a Friday',
        });
        await sendCommand(stage.temporal.client, service, 'approve', { actor: 'bob', reason: 'it is Thursday' });
      }
      const { status, reason } = await rollout.result();
      expect(status).toBe(onFailure === 'rollback' ? 'rolled-back' : 'promoted');
      if (onFailure === 'rollback') expect(reason).toBe('hook gate: not on a Friday');
    });
  });

  test('a veto rolls back at once', async () => {
    const [world, service] = [new World(), fresh()];
    world.hookSays = { approved: false, message: 'customers call' };
    await stage.run(world, service, async () => {
      const hooks = [{ kind: 'veto' as const, ...HOOK, at: { during: 'canary' as const } }];
      const rollout = await stage.start(withOthers(service, { hooks }), service);
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back', reason: 'hook gate: customers call' });
    });
    expect(world.traffic().at(-1)).toBe('all v1');
  });
});

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
