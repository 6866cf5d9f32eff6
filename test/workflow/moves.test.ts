import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import type { CommandRequest } from '../../src/domain/decision.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(120_000);
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('moves');
const ask = (service: string, command: Parameters<typeof sendCommand>[2], more: Partial<CommandRequest> = {}) =>
  sendCommand(stage.temporal.client, service, command, { actor: 'bob', reason: 'why', ...more });

const LONG = { bake: '1h' as const };
const steps = { canary: { steps: [5, 20, 50].map((setWeight) => ({ setWeight, ...LONG })) } };
const withApproval = {
  canary: {
    steps: [
      { setWeight: 5, ...LONG },
      { setWeight: 20, ...LONG },
      { pause: { approval: { approvers: ['carol'], timeout: '1h' } } },
      { setWeight: 50, ...LONG },
    ],
  },
};

describe('a canary is moved by hand', () => {
  test('to another weight, and goes on above it', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(steps, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await ask(service, 'set-weight', { weightPercent: 30 });
      await rollout.until(
        ({ weightPercent, handWeight, waiting }) =>
          weightPercent === 30 && handWeight === 30 && waiting?.kind === 'bake',
      );
      await ask(service, 'set-weight', { weightPercent: 12.5 });
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 12.5 && waiting?.kind === 'bake');
      await ask(service, 'promote');
      await rollout.until(
        ({ weightPercent, handWeight, waiting }) =>
          weightPercent === 20 && handWeight === null && waiting?.kind === 'bake',
      );
      await ask(service, 'jump', { step: 2 });
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 50 && waiting?.kind === 'bake');
      await ask(service, 'promote');
      expect((await rollout.result()).status).toBe('promoted');
    });
    expect(world.traffic()).toEqual(['5', '30', '12.5', '20', '50', 'all v2']);
    expect(
      world.decisions
        .filter(({ action, actor }) => action === 'set-weight' && actor === 'bob')
        .map(({ reason }) => reason),
    ).toEqual(['to 30 %: why', 'to 12.5 %: why']);
  });

  test('back to an earlier step, and from a step to itself, which begins it anew', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(steps, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await ask(service, 'promote');
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 20 && waiting?.kind === 'bake');
      await ask(service, 'jump', { step: 0 });
      const { epoch } = await rollout.until(
        ({ weightPercent, waiting }) => weightPercent === 5 && waiting?.kind === 'bake',
      );
      await ask(service, 'jump', { step: 0 });
      await rollout.until((state) => state.epoch > epoch && state.waiting?.kind === 'bake');
      await ask(service, 'abort');
      expect((await rollout.result()).status).toBe('aborted');
    });
    expect(world.traffic()).toEqual(['5', '20', '5', '5', 'all v1']);
  });

  test('never behind an approval that was not given, and not out of one', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await expect(ask(service, 'set-weight', { weightPercent: 0 })).rejects.toThrow(/weight 0 is not in 0.01..100/);
      await expect(ask(service, 'set-weight', { weightPercent: 50 })).rejects.toThrow(
        /above 20 %, the most that is approved/,
      );
      await expect(ask(service, 'jump', { step: 3 })).rejects.toThrow(/step 4 lies behind the approval in step 3/);
      await expect(ask(service, 'jump')).rejects.toThrow(/step is missing/);
      await ask(service, 'jump', { step: 1 });
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 20 && waiting?.kind === 'bake');
      await ask(service, 'promote');
      await rollout.until(({ waiting }) => waiting?.kind === 'approval');
      await expect(ask(service, 'set-weight', { weightPercent: 50 })).rejects.toThrow(/above 20 %/);
      // Back from where it asks: what it asked for is void, and is asked for again.
      await ask(service, 'jump', { step: 0 });
      const back = await rollout.until(({ weightPercent, waiting }) => weightPercent === 5 && waiting?.kind === 'bake');
      expect(back.approval ?? null).toBeNull();
      await ask(service, 'promote');
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 20 && waiting?.kind === 'bake');
      await ask(service, 'promote');
      // An approval is void once a verdict changes: the first one at this weight has to be there.
      await rollout.until(({ waiting, verdict }) => waiting?.kind === 'approval' && verdict === 'pass');
      await ask(service, 'approve', { actor: 'carol' });
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 50 && waiting?.kind === 'bake');
      await ask(service, 'set-weight', { weightPercent: 45 });
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 45 && waiting?.kind === 'bake');
      await ask(service, 'promote');
      expect((await rollout.result()).status).toBe('promoted');
    });
    expect(world.traffic()).toEqual(['5', '20', '5', '20', '50', '45', 'all v2']);
  });

  test('a weight by hand that is as high as the one an approval follows does not pass it over', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await ask(service, 'set-weight', { weightPercent: 20 });
      await rollout.until(({ handWeight, waiting }) => handWeight === 20 && waiting?.kind === 'bake');
      await ask(service, 'promote');
      await rollout.until(
        ({ step, handWeight, waiting }) => step === 1 && handWeight === null && waiting?.kind === 'bake',
      );
      await ask(service, 'promote');
      await rollout.until(({ waiting, verdict }) => waiting?.kind === 'approval' && verdict === 'pass');
      await ask(service, 'approve', { actor: 'carol' });
      await rollout.until(({ weightPercent, waiting }) => weightPercent === 50 && waiting?.kind === 'bake');
      await ask(service, 'abort');
      await rollout.result();
    });
    expect(world.traffic()).toEqual(['5', '20', '20', '50', 'all v1']);
    expect(world.decisions.filter(({ action }) => action === 'approve')).toMatchObject([{ actor: 'carol' }]);
  });

  test('and an abort in the same moment wins', async () => {
    for (const order of [
      ['jump', 'abort'],
      ['abort', 'jump'],
    ] as const) {
      const [world, service] = [new World(), fresh()];
      await stage.run(world, service, async () => {
        const rollout = await stage.start(
          { ...spec(steps, service), rights: { promoteFull: [], breakGlass: [], trustSignals: true } },
          service,
        );
        await rollout.until(({ waiting }) => waiting?.kind === 'bake');
        for (const name of order) await rollout.handle.signal(name, { actor: 'bob', step: 2 });
        expect((await rollout.result()).status).toBe('aborted');
      });
      expect(world.traffic().at(-1)).toBe('all v1');
    }
  });
});

test('a rollout changes hands', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const rollout = await stage.start(spec(steps, service), service);
    await rollout.until(({ waiting }) => waiting?.kind === 'bake');
    expect((await ask(service, 'set-owner', { to: 'search-team' })).owner).toBe('search-team');
    await expect(ask(service, 'set-owner')).rejects.toThrow(/to is missing/);
    await ask(service, 'abort');
    expect((await rollout.result()).owner).toBe('search-team');
  });
});

test('an approver lets somebody else approve, and can’t any more', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const canary = {
      steps: [
        { setWeight: 10, bake: '20ms' as const },
        { pause: { approval: { approvers: ['carol'], fourEyes: true } } },
      ],
    };
    const rollout = await stage.start(spec({ canary }, service), service);
    await rollout.until(({ waiting }) => waiting?.kind === 'approval');
    await expect(ask(service, 'delegate', { to: 'dave' })).rejects.toThrow(/bob is not among the approvers/);
    await expect(ask(service, 'delegate', { actor: 'carol', to: 'alice' })).rejects.toThrow(
      /alice started this rollout/,
    );
    await ask(service, 'delegate', { actor: 'carol', to: 'dave' });
    await expect(ask(service, 'approve', { actor: 'carol' })).rejects.toThrow(/handed this approval on to dave/);
    await ask(service, 'approve', { actor: 'dave' });
    expect((await rollout.result()).status).toBe('promoted');
  });
  expect(world.decisions.map(({ action, actor }) => `${action} ${actor}`)).toContain('delegate carol');
});

describe('a newer rollout supersedes', () => {
  test('a trial: it ends, traffic back at the baseline', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(steps, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'bake');
      await ask(service, 'supersede', { to: 'digits-9' });
      expect(await rollout.result()).toMatchObject({ status: 'aborted', reason: 'superseded by digits-9' });
    });
    expect(world.traffic()).toEqual(['5', 'all v1']);
  });

  test('a cutover: what it has reached stays, and its warm time is given up', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ cutover: { keepBaselineWarm: '1h' } }, service), service);
      await rollout.until(({ waiting }) => waiting?.kind === 'warm-baseline');
      await ask(service, 'supersede', { to: 'digits-9' });
      expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    });
    expect(world.traffic().at(-1)).toBe('all v2');
  });
});
