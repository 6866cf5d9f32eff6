import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('approvals');
const approve = (service: string, actor: string) =>
  sendCommand(stage.temporal.client, service, 'approve', { actor, reason: 'looks good' });
const asking = (approval: object) => ({
  canary: { steps: [{ setWeight: 10, bake: '20ms' }, { pause: { approval: { timeout: '1h', ...approval } } }] },
});

test('two of the named people are needed, and not who started it; each is a line of the ledger', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rules = { approvers: ['alice', 'bob', 'carol'], quorum: 2, fourEyes: true };
    const rollout = await stage.start(spec(asking(rules), service), service);
    await rollout.until(({ approval }) => approval?.quorum === 2);
    await expect(approve(service, 'alice')).rejects.toThrow(
      'alice started this rollout; four eyes ask for somebody else',
    );
    await expect(approve(service, 'mallory')).rejects.toThrow('mallory is not among the approvers: alice, bob, carol');
    expect((await approve(service, 'bob')).approval?.given).toMatchObject([{ actor: 'bob', source: 'update' }]);
    await expect(approve(service, 'bob')).rejects.toThrow('bob has approved already');
    await approve(service, 'carol');
    expect(await rollout.result()).toMatchObject({ status: 'promoted', approval: null });
  });
  const yeses = world.decisions.filter(({ action }) => action === 'approve');
  expect(yeses.map(({ actor }) => actor)).toEqual(['bob', 'carol']);
});

test('what is accepted while a pause holds the answer is in the ledger as well', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec(asking({}), service), service);
    await rollout.until(({ waiting, verdict }) => waiting?.kind === 'approval' && verdict === 'pass');
    const ask = (command: 'pause' | 'resume') =>
      sendCommand(stage.temporal.client, service, command, { actor: 'alice', reason: 'lunch' });
    await ask('pause');
    await approve(service, 'bob');
    await approve(service, 'carol');
    await ask('resume');
    expect((await rollout.result()).status).toBe('promoted');
  });
  const yeses = world.decisions.filter(({ action }) => action === 'approve');
  expect(yeses.map(({ actor }) => actor).sort()).toEqual(['bob', 'carol']);
});

test('an approval is void once the evidence is another', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec(asking({ quorum: 2 }), service), service);
    await rollout.until(({ approval }) => approval?.quorum === 2);
    await approve(service, 'bob');
    world.guardrail = () => 'inconclusive';
    const { waiting } = await rollout.until(({ approval }) => approval?.given.length === 0);
    expect(waiting?.kind).toBe('approval');
    await approve(service, 'carol');
    await approve(service, 'bob');
    expect((await rollout.result()).status).toBe('promoted');
  });
  expect(world.decisions.find(({ action }) => action === 'void')?.reason).toMatch(/approval of bob is void/);
});

test('nobody answers: reminded, then asked of others, and in the end rolled back', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rules = { approvers: ['bob'], remindEvery: '1s', escalate: { after: '1500ms', to: ['dora'] }, timeout: '4s' };
    const rollout = await stage.start(spec(asking(rules), service), service);
    await rollout.until(({ approval }) => approval?.approvers?.includes('dora') === true);
    expect(await rollout.result()).toMatchObject({
      status: 'rolled-back',
      reason: expect.stringMatching(/^no approval by/),
    });
  });
  const actions = world.decisions.map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['remind', 'escalate', 'rollback']));
  expect(actions.indexOf('remind')).toBeLessThan(actions.indexOf('escalate'));
  expect(world.traffic().at(-1)).toBe('all v1');
});

test('who was asked at last may say yes', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rules = { approvers: ['bob'], escalate: { after: '500ms', to: ['dora'] } };
    const rollout = await stage.start(spec(asking(rules), service), service);
    await rollout.until(({ approval }) => approval?.approvers?.includes('dora') === true);
    await approve(service, 'dora');
    expect((await rollout.result()).status).toBe('promoted');
  });
});
