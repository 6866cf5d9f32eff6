import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import { PHASES } from '../../src/domain/phase.js';
import { evidence } from './evidence.js';
import { ALL_PHASES, freshNames, Stage, spec, trusting, World } from './harness.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

const fresh = freshNames('workflow');
const ask = (service: string, command: Parameters<typeof sendCommand>[2], actor = 'bob', decisionId?: string) =>
  sendCommand(stage.temporal.client, service, command, {
    actor,
    reason: 'because',
    ...(decisionId ? { decisionId } : {}),
  });

describe('a good candidate', () => {
  test('goes through all phases, and ends promoted', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(ALL_PHASES, service), service);
      const state = await rollout.result();
      expect(state).toMatchObject({ status: 'promoted', weightPercent: 100, baseline: 'v1', candidate: 'v2' });
      expect(PHASES.map((phase) => state.phases[phase].status)).toEqual([
        'passed',
        'passed',
        'passed',
        'passed',
        'passed',
        'running',
      ]);
      expect(world.traffic()).toEqual(['0+shadow 100', '10', '50', '50', 'all v2']);
      const impact = await stage.temporal.client.workflow.getHandle(`impact/${service}/${rollout.rolloutId}`).result();
      expect(impact).toMatchObject({ status: 'done', verdict: 'pass' });
    });
    // Two workflows write the ledger, each counting for itself: the impact analysis may end before the rollout does.
    const own = world.decisions.filter(({ action }) => action !== 'impact');
    expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, i) => i + 1));
    expect(world.decisions.filter(({ action }) => action === 'impact')).toMatchObject([{ sequence: 100_001 }]);
    expect(world.decisions[0]).toMatchObject({ action: 'start', actor: 'alice' });
    expect(world.states.at(-1)).toMatchObject({ status: 'promoted' });
  });

  test('skips what the spec leaves out', async () => {
    const [world, service] = [new World(), fresh()];
    const state = await stage.run(world, service, async () => (await stage.start(spec({}, service), service)).result());
    expect(PHASES.map((phase) => state.phases[phase].status)).toEqual([
      'passed',
      'skipped',
      'passed',
      'skipped',
      'passed',
      'skipped',
    ]);
    expect(world.traffic()).toEqual(['10', '50', 'all v2']);
  });
});

describe('a bad candidate', () => {
  test('that fails validation meets no traffic', async () => {
    const [world, service] = [new World(), fresh()];
    world.validation = [evidence('accuracy', 'fail', 'accuracy: candidate 12.00 %')];
    const state = await stage.run(world, service, async () =>
      (await stage.start(spec(ALL_PHASES, service), service)).result(),
    );
    expect(state).toMatchObject({ status: 'failed', reason: 'validation: accuracy: candidate 12.00 %' });
    expect(world.traffic()).toEqual([]);
  });

  test('whose server is down fails in validation, with the address and the cause', async () => {
    const [world, service] = [new World(), fresh()];
    world.serversReady = false;
    const state = await stage.run(world, service, async () => (await stage.start(spec({}, service), service)).result());
    expect(state).toMatchObject({
      status: 'failed',
      phase: 'validation',
      reason: 'validation: model digits v2 at http://127.0.0.1:1: ECONNREFUSED',
    });
    expect(world.traffic()).toEqual([]);
  });

  test('that fails a guardrail is rolled back, with the numbers', async () => {
    const [world, service] = [new World(), fresh()];
    world.guardrail = (route) => (route.weightPercent === 50 ? 'fail' : 'pass');
    const state = await stage.run(world, service, async () => (await stage.start(spec({}, service), service)).result());
    expect(state).toMatchObject({
      status: 'rolled-back',
      weightPercent: 0,
      reason: 'error_rate at 50 %: 30 % of 90 against 0 % of 900',
    });
    expect(world.traffic()).toEqual(['10', '50', 'all v1']);
    expect(world.decisions.at(-1)).toMatchObject({
      action: 'rollback',
      actor: 'sluice',
      source: 'rule',
      evidence: [{ verdict: 'fail' }],
    });
  });

  test('that fails while approval is awaited is rolled back without an answer', async () => {
    const [world, service] = [new World(), fresh()];
    const steps = [{ setWeight: 10, bake: '20ms' }, { pause: { approval: {} } }] as const;
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ canary: { steps: [...steps] } }, service), service);
      await rollout.until((s) => s.status === 'waiting');
      world.guardrail = () => 'fail';
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back' });
    });
    expect(world.traffic()).toEqual(['10', 'all v1']);
  });
});

test('a brake that has tripped rolls back with its reason, whatever the guardrails say', async () => {
  const [world, service] = [new World(), fresh()];
  world.trip = { at: '2026-11-21T10:00:00.000Z', reason: '60 of the last 100 answers failed', gatewayId: 'g1' };
  const state = await stage.run(world, service, async () => (await stage.start(spec({}, service), service)).result());
  expect(state).toMatchObject({
    status: 'rolled-back',
    reason: 'brake of g1: 60 of the last 100 answers failed',
    verdict: 'pass',
    weightPercent: 0,
  });
  expect(world.traffic().at(-1)).toBe('all v1');
  expect(world.decisions.at(-1)).toMatchObject({ action: 'rollback', actor: 'sluice', source: 'rule' });
});

describe('no evidence is never a pass', () => {
  test('a gate that has passed, and does so no more when the bake is over, moves nothing on until it passes again', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ canary: { steps: [{ setWeight: 10, bake: '2s' }] } }, service), service);
      // The workflow knows of a look once the next watch begins.
      const heard = async (watches: number) => rollout.until(() => world.gates.length >= watches);
      await heard(2);
      world.gate = () => 'inconclusive';
      await heard(world.gates.length + 1);
      const waits = await rollout.until(({ waiting }) => waiting?.kind === 'samples');
      expect(waits.waiting?.lacks).toBe('samples is inconclusive');
      world.guardrail = () => 'inconclusive';
      await rollout.until(({ waiting }) => waiting?.lacks?.includes('; error_rate at 10 %') === true);
      world.guardrail = () => 'pass';
      await rollout.until(({ waiting }) => waiting?.lacks === 'samples is inconclusive');
      expect(await rollout.state()).toMatchObject({ verdict: 'pass', waiting: { kind: 'samples' }, weightPercent: 10 });
      world.gate = () => 'pass';
      expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    });
    expect(world.traffic()).toEqual(['10', 'all v2']);
  });

  test('a step whose guardrails stay inconclusive holds for a person, who may promote it', async () => {
    const [world, service] = [new World(), fresh()];
    world.guardrail = () => 'inconclusive';
    const steps = [{ setWeight: 10, bake: '20ms', maxDuration: '100ms' }];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ canary: { steps } }, service), service);
      const held = await rollout.until((s) => s.status === 'waiting');
      expect(held.waiting).toMatchObject({ kind: 'hold', until: null });
      expect(held.reason).toMatch(/canary 10 % is inconclusive: error_rate at 10 %/);
      await ask(service, 'approve');
      expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    });
    expect(world.decisions.map((d) => d.action)).toEqual([
      'start',
      'drill',
      'advance',
      'set-weight',
      'hold',
      'approve',
      'advance',
      'advance',
      'promote',
      'advance',
    ]);
  });
});

const withApproval = {
  canary: {
    steps: [
      { setWeight: 10, bake: '20ms', maxDuration: '1m' },
      { pause: { approval: { timeout: '1h' } } },
      { setWeight: 50, bake: '20ms' },
    ],
  },
};

describe('people', () => {
  test('approve, once asked; before that they are refused with the phase', async () => {
    const [world, service] = [new World(), fresh()];
    world.gate = () => 'inconclusive';
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until((s) => s.phase === 'canary');
      await expect(ask(service, 'approve')).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: expect.stringMatching(/in phase canary/),
      });
      world.gate = () => 'pass';
      await rollout.until((s) => s.status === 'waiting');
      await ask(service, 'approve', 'bob', 'decision-1');
      await ask(service, 'approve', 'bob', 'decision-1');
      expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    });
    expect(world.decisions.filter((d) => d.action === 'approve')).toMatchObject([{ actor: 'bob', source: 'update' }]);
  });

  test('reject, and the candidate is gone', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until((s) => s.status === 'waiting');
      await ask(service, 'reject');
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back', reason: 'reject by bob: because' });
    });
    expect(world.traffic()).toEqual(['10', 'all v1']);
  });

  test('who do not answer in time have not said yes', async () => {
    const [world, service] = [new World(), fresh()];
    const steps = [{ setWeight: 10, bake: '20ms' }, { pause: { approval: { timeout: '50ms' } } }];
    const state = await stage.run(world, service, async () =>
      (await stage.start(spec({ canary: { steps } }, service), service)).result(),
    );
    expect(state).toMatchObject({ status: 'rolled-back', reason: expect.stringMatching(/no approval by/) });
  });

  test('pause all forward moves, and resume them', async () => {
    const [world, service] = [new World(), fresh()];
    const canary = {
      steps: [
        { setWeight: 10, bake: '300ms' },
        { setWeight: 50, bake: '20ms' },
      ],
    };
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ canary }, service), service);
      await rollout.until((s) => s.weightPercent === 10);
      await ask(service, 'pause');
      await expect(ask(service, 'pause')).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await rollout.state()).toMatchObject({ status: 'paused', weightPercent: 10 });
      await ask(service, 'resume');
      expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    });
  });

  test('signal from the Temporal CLI, without any input', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(trusting(spec(withApproval, service)), service);
      await rollout.until((s) => s.status === 'waiting');
      await rollout.handle.signal('approve');
      expect(await rollout.result()).toMatchObject({ status: 'promoted' });
    });
    expect(world.decisions.filter((d) => d.action === 'approve')).toMatchObject([
      { actor: 'signal', source: 'signal' },
    ]);
  });

  test.each([
    [null],
    [5],
    ['abort!'],
    [{ actor: 5, reason: { a: 1 }, decisionId: [] }],
    [{ reason: 'x'.repeat(500_000) }],
  ])('signal %p as garbage, and are understood as far as possible', async (garbage) => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(trusting(spec(withApproval, service)), service);
      await rollout.until((s) => s.status === 'waiting');
      await rollout.handle.signal('resume', garbage);
      await rollout.handle.signal('abort', garbage);
      const state = await rollout.result();
      expect(state).toMatchObject({ status: 'aborted', reason: expect.stringMatching(/^abort by signal/) });
      expect(state.reason.length).toBeLessThan(1100);
    });
  });

  test('are refused a reason that is too long', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until((s) => s.status === 'waiting');
      const request = { actor: 'bob', reason: 'x'.repeat(1001) };
      await expect(sendCommand(stage.temporal.client, service, 'abort', request)).rejects.toMatchObject({
        code: 'COMMAND_REFUSED',
        message: expect.stringMatching(/reason has 1001 characters, at most 1000/),
      });
      await ask(service, 'abort');
      await rollout.result();
    });
  });

  test('roll back after the cutover, while the baseline is warm', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ cutover: { keepBaselineWarm: '1h' } }, service), service);
      await rollout.until((s) => s.waiting?.kind === 'warm-baseline');
      await ask(service, 'rollback');
      expect(await rollout.result()).toMatchObject({ status: 'rolled-back', weightPercent: 0 });
    });
    expect(world.traffic()).toEqual(['10', '50', 'all v2', 'all v1']);
  });
});

describe('abort', () => {
  test.each(['shadow', 'canary', 'abTest', 'cutover'] as const)('in phase %s gives all traffic back', async (phase) => {
    const [world, service] = [new World(), fresh()];
    world.gate = (gate, route) => {
      const now = gate.kind === 'samples' ? 'canary' : gate.kind;
      return now === phase && !(phase === 'canary' && route.weightPercent < 50) ? 'inconclusive' : 'pass';
    };
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec({ ...ALL_PHASES, cutover: { keepBaselineWarm: '1h' } }, service), service);
      await rollout.until((s) => s.phase === phase && (phase !== 'cutover' || s.waiting !== null));
      await ask(service, 'abort');
      expect(await rollout.result()).toMatchObject({ status: 'aborted', weightPercent: 0, shadowPercent: 0 });
    });
    expect(world.traffic().at(-1)).toBe('all v1');
  });

  test('beats an approval, whatever their order', async () => {
    for (const order of [
      ['approve', 'abort'],
      ['abort', 'approve'],
    ] as const) {
      const [world, service] = [new World(), fresh()];
      await stage.run(world, service, async () => {
        const rollout = await stage.start(trusting(spec(withApproval, service)), service);
        await rollout.until((s) => s.status === 'waiting');
        for (const name of order) await rollout.handle.signal(name, { decisionId: name, actor: 'x', reason: '' });
        expect(await rollout.result()).toMatchObject({ status: 'aborted' });
      });
      expect(world.traffic()).not.toContain('all v2');
    }
  });

  test('a hundred times is once', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until((s) => s.status === 'waiting');
      await Promise.all(Array.from({ length: 100 }, () => rollout.handle.signal('abort', { decisionId: 'one' })));
      expect(await rollout.result()).toMatchObject({ status: 'aborted' });
    });
    expect(world.decisions.filter((d) => d.action === 'abort')).toHaveLength(1);
    expect(world.traffic()).toEqual(['10', 'all v1']);
  });

  test('the cancellation of the workflow is one', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until((s) => s.status === 'waiting');
      await rollout.handle.cancel();
      expect(await rollout.result()).toMatchObject({
        status: 'rolled-back',
        reason: 'canary: the workflow was cancelled',
      });
    });
    expect(world.traffic()).toEqual(['10', 'all v1']);
  });

  test('does not wait for the store', async () => {
    const [world, service] = [new World(), fresh()];
    await stage.run(world, service, async () => {
      const rollout = await stage.start(spec(withApproval, service), service);
      await rollout.until((s) => s.status === 'waiting');
      world.storeDown = true;
      await ask(service, 'abort');
      await rollout.until((s) => s.status === 'aborted');
      expect(world.traffic()).toEqual(['10', 'all v1']);
      world.storeDown = false;
      await rollout.result();
    });
    expect(world.decisions.map((d) => d.action)).toContain('abort');
  });
});

test('one rollout a service: the second start is told of the first', async () => {
  const [world, service] = [new World(), fresh()];
  await stage.run(world, service, async () => {
    const first = await stage.start(spec(withApproval, service), service);
    await expect(stage.start(spec({}, service), service)).rejects.toMatchObject({
      code: 'ROLLOUT_CONFLICT',
      message: expect.stringContaining(first.rolloutId),
    });
    await first.until((s) => s.status === 'waiting');
    await ask(service, 'abort');
    await first.result();
  });
});
