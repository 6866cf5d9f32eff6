import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import type * as ExposureModule from '../../../src/domain/exposure.js';
import type * as RolloutStateModule from '../../../src/domain/rollout-state.js';
import type { RolloutState } from '../../../src/domain/rollout-state.js';
import type { RolloutSpecInput } from '../../../src/domain/spec/rollout-spec.js';
import type * as PlanRolloutModule from '../../../src/plan/plan-rollout.js';
import { UNKNOWN_TRAFFIC } from '../../../src/plan/traffic.js';
import type * as HarnessModule from '../../workflow/harness.js';
import type { Stage, World } from '../../workflow/harness.js';
import { ExtendedSources } from './extended-sources.js';

type Harness = typeof HarnessModule;

let sources: ExtendedSources;
let harness: Harness;
let stage: Stage;
beforeAll(async () => {
  sources = await ExtendedSources.with('A phase');
  harness = await sources.load<Harness>('test/workflow/harness.ts');
  stage = await harness.Stage.open();
});
afterAll(() => Promise.all([stage?.close(), sources?.remove()]));

const soak = { soak: { setWeight: 60, duration: '100ms' } } as Partial<RolloutSpecInput['phases']>;

async function rollOut(world: World, phases: Partial<RolloutSpecInput['phases']>): Promise<RolloutState> {
  const service = `soak-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  return stage.run(world, service, async () => {
    const rollout = await stage.start(harness.spec(phases, service), service);
    return rollout.result();
  });
}

const phase = (state: RolloutState) => (state.phases as Record<string, unknown>)['soak'];

test('a rollout goes through it, at its weight', async () => {
  const world = new harness.World();
  const state = await rollOut(world, { ...soak, abTest: harness.ALL_PHASES.abTest });
  expect(phase(state)).toMatchObject({ status: 'passed', note: 'soak 60 %' });
  expect(state.status).toBe('promoted');
  expect(world.traffic()).toEqual(['10', '50', '50', '60', 'all v2']);
});

test('a guardrail that fails in it ends the rollout', async () => {
  const world = new harness.World();
  world.guardrail = ({ weightPercent }) => (weightPercent === 60 ? 'fail' : 'pass');
  const state = await rollOut(world, { soak: { setWeight: 60, duration: '1m' } } as typeof soak);
  expect(state).toMatchObject({ status: 'rolled-back', phase: 'soak', weightPercent: 0 });
  expect(phase(state)).toMatchObject({ status: 'failed' });
});

test('a rollout without it skips it, and those before it replay', async () => {
  expect(phase(await rollOut(new harness.World(), {}))).toMatchObject({ status: 'skipped' });
  const folder = new URL('../../replay/histories/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const history = historyFromJSON(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
    await Worker.runReplayHistory({ workflowBundle: stage.bundle }, history, `rollout/${file}`);
  }
});

test('it stands in the plan, in the view of rollouts from before it, and takes its part of the error budget', async () => {
  const load = sources.load.bind(sources);
  const { planRollout } = await load<typeof PlanRolloutModule>('src/plan/plan-rollout.ts');
  const { guardrailAlpha } = await load<typeof ExposureModule>('src/domain/exposure.ts');
  const { initialState, withAllPhases } = await load<typeof RolloutStateModule>('src/domain/rollout-state.ts');
  const [without, spec] = [harness.spec(), harness.spec(soak)];
  const { steps } = planRollout(spec, UNKNOWN_TRAFFIC, Date.now());
  expect(steps.find(({ title }) => title === 'soak')).toMatchObject({ phase: 'soak', weightPercent: 60, leastMs: 100 });
  expect(guardrailAlpha(spec) / guardrailAlpha(without)).toBeCloseTo(2 / 3);

  const now = initialState('digits-1', without, new Date().toISOString());
  const { soak: _, ...phases } = now.phases as typeof now.phases & { soak: unknown };
  expect(phase(withAllPhases({ ...now, phases }))).toMatchObject({ status: 'skipped' });
});
