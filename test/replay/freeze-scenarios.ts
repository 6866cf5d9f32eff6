import { sendCommand } from '../../src/client/send-command.js';
import { scaling } from '../../src/domain/spec/scaling.js';
import type { Scenario } from './scenario.js';

const FREEZE = { until: null, reason: 'the big sale', ids: ['f1'] };
const MODELS = { driver: 'local', name: 'digits' } as const;

export const FREEZE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'promoted-through-a-freeze',
    ending: 'promoted',
    others: { rights: { promoteFull: [], breakGlass: ['bob'], trustSignals: false }, initialDelay: 200 },
    prepare: (world) => {
      world.frozen = FREEZE;
    },
    drive: async ({ stage, world, service, rollout }) => {
      await rollout.until(({ waiting }) => waiting?.kind === 'freeze');
      const who = { actor: 'bob', reason: 'the fix must go out' };
      await sendCommand(stage.temporal.client, service, 'break-glass', who);
      await rollout.until(({ waiting, weightPercent }) => waiting?.kind === 'freeze' && weightPercent === 10);
      world.frozen = null;
    },
  },
  {
    // What was shown before a freeze and before the replicas for all is not after them.
    name: 'promoted-blind-for-a-while',
    ending: 'promoted',
    phases: { canary: { steps: [10, 50].map((setWeight) => ({ setWeight, bake: '20ms', maxDuration: '1h' })) } },
    others: { scaling: scaling.parse({ candidate: MODELS, baseline: MODELS, percentPerReplica: 10 }) },
    prepare: (world) => {
      world.guardrail = ({ weightPercent }) => {
        if (weightPercent === 10) world.frozen = FREEZE;
        return 'pass';
      };
    },
    drive: async ({ world, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'freeze');
      world.guardrail = () => 'inconclusive';
      await rollout.until((state) => state.verdict === 'inconclusive');
      world.frozen = null;
      await rollout.until((state) => state.waiting?.kind === 'samples');
      world.guardrail = () => 'pass';
      await rollout.until((state) => state.phase === 'cutover');
    },
  },
];
