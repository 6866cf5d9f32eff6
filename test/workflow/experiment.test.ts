import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { sendCommand } from '../../src/client/send-command.js';
import type { RolloutSpecInput } from '../../src/domain/spec/rollout-spec.js';
import { freshNames, Stage, spec, World } from './harness.js';

jest.setTimeout(60_000);
const fresh = freshNames('experiment');
let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

type Plan = NonNullable<RolloutSpecInput['phases']['abTest']>;
const evaluated = (service: string, over: Partial<Plan> = {}) =>
  spec({ abTest: { primary: 'accuracy', minDetectableEffect: 0.05, ...over } }, service);
const linesOf = (world: World, action: string) =>
  world.decisions.filter((line) => line.action === action).map(({ reason }) => reason);

test('is planned before anybody is exposed, and judged by that plan', async () => {
  const [world, service] = [new World(), fresh()];
  const state = await stage.run(world, service, async () => (await stage.start(evaluated(service), service)).result());
  expect(state).toMatchObject({ status: 'promoted', experiment: { neededPerArm: 1000, tuning: 2000, days: 3 } });
  expect(linesOf(world, 'plan')).toEqual(['accuracy: 1000 units an arm, 3 days']);
  const gate = world.gates.find(({ kind }) => kind === 'abTest');
  expect(gate).toMatchObject({
    experiment: { metrics: [], planned: { tuning: 2000 }, since: state.phases.abTest.startedAt },
  });
  expect(world.routes.filter(({ recordsExposures }) => recordsExposures === true).length).toBeGreaterThan(0);
});

test('what can not reach its power ends before anybody meets the candidate', async () => {
  const [world, service] = [new World(), fresh()];
  world.experiment = { ...world.experiment, refusal: 'accuracy needs 90,000 units an arm' };
  const state = await stage.run(world, service, async () => (await stage.start(evaluated(service), service)).result());
  expect(state).toMatchObject({ status: 'failed', reason: 'A/B evaluation: accuracy needs 90,000 units an arm' });
  expect(world.routes).toEqual([]);
});

test.each([
  ['goes on', {}, 'promoted'],
  ['ends where the spec wants to know first', { planning: {} }, 'failed'],
] as const)('one that nobody could plan %s', async (_, over, status) => {
  const [world, service] = [new World(), fresh()];
  world.unplannable = true;
  const state = await stage.run(world, service, async () =>
    (await stage.start(evaluated(service, over), service)).result(),
  );
  expect(state.status).toBe(status);
  expect(linesOf(world, 'plan')).toEqual(['the A/B evaluation could not be planned: the store is away']);
});

test.each([
  ['approve', 'promoted'],
  ['reject', 'rolled-back'],
] as const)('one that comes to nothing asks a person, who can %s', async (answer, status) => {
  const [world, service] = [new World(), fresh()];
  world.comesToNothing = true;
  world.gate = ({ kind }) => (kind === 'abTest' ? 'inconclusive' : 'pass');
  const state = await stage.run(world, service, async () => {
    const rollout = await stage.start(evaluated(service), service);
    const held = await rollout.until(({ status: now }) => now === 'waiting');
    expect(held.waiting).toMatchObject({
      kind: 'hold',
      note: expect.stringContaining('A/B evaluation is inconclusive'),
    });
    await sendCommand(stage.temporal.client, service, answer, { actor: 'bob', reason: 'by hand' });
    return rollout.result();
  });
  expect(state.status).toBe(status);
});

test('rankings are merged for the candidate’s units, and need no plan', async () => {
  const [world, service] = [new World(), fresh()];
  const over = {
    kind: 'interleaving',
    primary: 'preference',
    interleaving: { output: 'items', length: 5 },
  } as const;
  const state = await stage.run(world, service, async () =>
    (await stage.start(evaluated(service, over), service)).result(),
  );
  expect(state.status).toBe('promoted');
  expect(linesOf(world, 'plan')).toEqual([]);
  const merged = world.routes.filter(({ interleaving }) => interleaving !== undefined);
  expect(merged).toMatchObject([{ weightPercent: 50, interleaving: { output: 'items', length: 5 } }]);
});

test('the next move is held, and looks go on that say otherwise: what is written down is the look that showed it', async () => {
  const [world, service] = [new World(), fresh()];
  world.gate = ({ kind }) => {
    if (kind === 'abTest') world.frozen = FREEZE;
    return 'pass';
  };
  await stage.run(world, service, async () => {
    const rollout = await stage.start(evaluated(service), service);
    await rollout.until(({ phase, waiting }) => phase === 'abTest' && waiting?.kind === 'freeze');
    world.guardrail = () => 'inconclusive';
    world.gate = () => 'inconclusive';
    await rollout.until(({ verdict }) => verdict === 'inconclusive');
    world.frozen = null;
    const state = await rollout.result();
    expect(state.phases.abTest).toMatchObject({ status: 'passed', note: 'abTest is pass' });
  });
  const line = world.decisions.find(({ action, phase }) => action === 'advance' && phase === 'abTest');
  expect(line?.evidence.map(({ metric, verdict }) => `${metric} ${verdict}`)).toEqual([
    'abTest pass',
    'error_rate pass',
  ]);
});

const FREEZE = { until: null, reason: 'the big sale (freeze f1 by sre)', ids: ['f1'] };
