import { z } from 'zod';
import { sendCommand } from '../../src/client/send-command.js';
import type { CommandRequest } from '../../src/domain/decision.js';
import { stableRoute } from '../../src/domain/exposure.js';
import { guardrail } from '../../src/domain/spec/guardrail.js';
import type { RolloutSpecInput } from '../../src/domain/spec/rollout-spec.js';
import { scaling } from '../../src/domain/spec/scaling.js';
import { evidence } from '../workflow/evidence.js';
import { ALL_PHASES, spec } from '../workflow/harness.js';
import { EXPERIMENT_SCENARIOS } from './experiment-scenarios.js';
import { FREEZE_SCENARIOS } from './freeze-scenarios.js';
import { REGISTRY, registeredModels } from './registered.js';
import { command, type Scenario, waiting } from './scenario.js';

const HOOK = { url: 'https://hooks.example.test/', timeout: 1000 };
const MODELS = { driver: 'local', name: 'digits' } as const;
const SCALED = scaling.parse({ candidate: MODELS, baseline: MODELS, percentPerReplica: 10 });
const LABELLED = z.array(guardrail).parse([{ metric: 'error_rate' }, { metric: 'accuracy' }]);
const approvalStep = {
  canary: {
    steps: [
      { setWeight: 10, bake: '20ms' },
      { pause: { approval: { timeout: '1h' } } },
      { setWeight: 50, bake: '20ms' },
    ],
  },
} satisfies Partial<RolloutSpecInput['phases']>;
export const SCENARIOS: readonly Scenario[] = [
  { name: 'promoted-all-phases', ending: 'promoted', phases: ALL_PHASES },
  { name: 'promoted-after-approval', ending: 'promoted', phases: approvalStep, drive: command('approve') },
  {
    name: 'promoted-after-cutover-approval',
    ending: 'promoted',
    phases: { cutover: { approval: { timeout: '1h' }, keepBaselineWarm: '20ms' } },
    drive: command('approve'),
  },
  {
    name: 'promoted-by-two-approvals',
    ending: 'promoted',
    phases: {
      canary: {
        steps: [
          { setWeight: 10, bake: '20ms' },
          {
            pause: {
              approval: { timeout: '1h', approvers: ['bob', 'carol'], quorum: 2, fourEyes: true, remindEvery: '1s' },
            },
          },
        ],
      },
    },
    drive: async ({ stage, service, rollout }) => {
      await waiting(rollout);
      for (const actor of ['bob', 'carol'])
        await sendCommand(stage.temporal.client, service, 'approve', { actor, reason: 'because' });
    },
  },
  {
    name: 'promoted-past-a-gate',
    ending: 'promoted',
    phases: { canary: { steps: [{ setWeight: 10, bake: '1h' }] } },
    drive: async ({ stage, service, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'bake');
      const who = { actor: 'bob', reason: 'seen enough' };
      await sendCommand(stage.temporal.client, service, 'extend', { ...who, forMs: 60_000 });
      await sendCommand(stage.temporal.client, service, 'pause', { ...who, forMs: 500 });
      await rollout.until((state) => state.paused === null);
      await sendCommand(stage.temporal.client, service, 'promote', who);
    },
  },
  {
    name: 'promoted-by-hand',
    ending: 'promoted',
    phases: { canary: { steps: [5, 20, 50].map((setWeight) => ({ setWeight, bake: '1h' as const })) } },
    drive: async ({ stage, service, rollout }) => {
      const at = (percent: number) =>
        rollout.until((state) => state.weightPercent === percent && state.waiting?.kind === 'bake');
      const ask = (name: Parameters<typeof sendCommand>[2], more: Partial<CommandRequest> = {}) =>
        sendCommand(stage.temporal.client, service, name, { actor: 'bob', reason: 'because', ...more });
      await at(5);
      await ask('set-weight', { weightPercent: 30 });
      await at(30);
      await ask('set-owner', { to: 'search-team' });
      await ask('jump', { step: 1 });
      await at(20);
      await ask('jump', { step: 2 });
      await at(50);
      await ask('promote');
    },
  },
  {
    name: 'promoted-by-hand-past-no-approval',
    ending: 'promoted',
    phases: { canary: { steps: [{ setWeight: 5, bake: '1h' }, ...approvalStep.canary.steps] } },
    others: { initialDelay: 3_600_000 },
    drive: async ({ stage, service, rollout }) => {
      const ask = (name: Parameters<typeof sendCommand>[2], more: Partial<CommandRequest> = {}) =>
        sendCommand(stage.temporal.client, service, name, { actor: 'bob', reason: 'because', ...more });
      await rollout.until((state) => state.waiting?.kind === 'delay');
      await ask('promote');
      await rollout.until((state) => state.weightPercent === 5 && state.waiting?.kind === 'bake');
      await ask('set-weight', { weightPercent: 10 });
      await rollout.until((state) => state.weightPercent === 10 && state.waiting?.kind === 'bake');
      await ask('promote');
      await rollout.until((state) => state.waiting?.kind === 'approval' && state.verdict === 'pass');
      await ask('approve');
    },
  },
  {
    name: 'promoted-after-the-store-was-away',
    ending: 'promoted',
    phases: approvalStep,
    drive: async ({ stage, world, service, rollout }) => {
      await waiting(rollout);
      world.storeDown = true;
      for (let i = 0; i < 24; i += 1)
        for (const name of ['pause', 'resume'] as const)
          await sendCommand(stage.temporal.client, service, name, { actor: 'bob', reason: `${i} ${'-'.repeat(990)}` });
      world.storeDown = false;
      await sendCommand(stage.temporal.client, service, 'approve', { actor: 'bob', reason: 'because' });
    },
  },
  {
    name: 'rolled-back-to-a-third-version',
    ending: 'rolled-back',
    phases: { canary: { steps: [{ setWeight: 10, bake: '1h' }] } },
    drive: async ({ world, service, rollout }) => {
      const { epoch, rolloutId } = await rollout.until((state) => state.weightPercent === 10);
      const stable = stableRoute(spec({}, service), rolloutId, epoch + 1, 'baseline');
      world.third = { ...stable, baseline: { version: 'v0', url: 'http://127.0.0.1:3' } };
      world.takenOver = `epoch ${epoch} is refused, g1 has epoch ${epoch + 1}`;
    },
  },
  {
    name: 'promoted-with-hooks-and-notices',
    ending: 'promoted',
    others: {
      notify: [{ webhook: 'https://a.example.test/' }, { webhook: 'https://b.example.test/', events: ['completed'] }],
      hooks: [
        { kind: 'call', name: 'gate', ...HOOK, at: { beforeStep: 'each' }, retries: 0, onFailure: 'rollback' },
        {
          kind: 'confirm',
          name: 'sure',
          ...HOOK,
          at: { before: 'cutover' },
          every: 1000,
          maxDuration: 60_000,
          onTimeout: 'hold',
        },
        {
          kind: 'load-test',
          name: 'load',
          ...HOOK,
          at: { during: 'canary' },
          retries: 0,
          every: 1000,
          maxDuration: 60_000,
          waitForDone: true,
          onFailure: 'rollback',
        },
      ],
    },
  },
  {
    name: 'promoted-after-hold',
    ending: 'promoted',
    phases: { canary: { steps: [{ setWeight: 10, bake: '20ms', maxDuration: '50ms' }] } },
    prepare: (world) => {
      world.guardrail = () => 'inconclusive';
    },
    drive: command('approve'),
  },
  {
    name: 'promoted-after-exhausted-guardrail',
    ending: 'promoted',
    phases: { canary: { steps: [{ setWeight: 10, bake: '20ms', maxDuration: '1h' }] } },
    prepare: (world) => {
      world.guardrail = () => 'inconclusive';
      world.exhausted = true;
    },
    drive: command('approve'),
  },
  {
    name: 'promoted-after-pause-and-resume',
    ending: 'promoted',
    phases: { canary: { steps: [{ setWeight: 10, bake: '500ms' }] } },
    drive: async ({ stage, service, rollout }) => {
      await rollout.until((state) => state.weightPercent === 10);
      const who = { actor: 'bob', reason: 'lunch' };
      await sendCommand(stage.temporal.client, service, 'pause', who);
      await sendCommand(stage.temporal.client, service, 'resume', who);
    },
  },
  {
    name: 'failed-validation',
    ending: 'failed',
    phases: ALL_PHASES,
    prepare: (world) => {
      world.validation = [evidence('accuracy', 'fail')];
    },
  },
  {
    name: 'failed-server-down',
    ending: 'failed',
    prepare: (world) => {
      world.serversReady = false;
    },
  },
  {
    name: 'rolled-back-by-guardrail',
    ending: 'rolled-back',
    prepare: (world) => {
      world.guardrail = ({ weightPercent }) => (weightPercent === 50 ? 'fail' : 'pass');
    },
  },
  {
    name: 'rolled-back-by-brake',
    ending: 'rolled-back',
    prepare: (world) => {
      world.trip = { at: '2026-11-21T10:00:00.000Z', reason: '60 of the last 100 answers failed', gatewayId: 'g1' };
    },
  },
  // Since units' exposures are recorded in an A/B evaluation.
  { name: 'promoted-with-exposures', ending: 'promoted', phases: ALL_PHASES },
  {
    name: 'rolled-back-by-alert',
    ending: 'rolled-back',
    phases: { canary: { steps: [{ setWeight: 10, bake: '1h' }] } },
    drive: async ({ rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'bake');
      const labels = { alertname: 'Slow', severity: 'critical' };
      await rollout.handle.signal('alert', { id: 'f1', status: 'firing', labels, summary: 'p99 is 2 s' });
    },
  },
  {
    name: 'rolled-back-while-a-gateway-is-away',
    ending: 'rolled-back',
    phases: { canary: { steps: [{ setWeight: 40, bake: '1h' }] } },
    drive: async ({ world, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'bake');
      world.gatewayAway = true;
      world.guardrail = () => 'fail';
    },
  },
  {
    name: 'rolled-back-gradually',
    ending: 'rolled-back',
    phases: { canary: { steps: [{ setWeight: 40, bake: '1h' }] } },
    others: { rollback: { mode: 'gradual', over: 2000, alerts: [] }, progressDeadline: 7_200_000 },
    drive: async ({ world, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'bake');
      world.guardrail = () => 'fail';
    },
  },
  {
    name: 'rolled-back-by-late-labels',
    ending: 'rolled-back',
    phases: { cutover: { keepBaselineWarm: '1h' } },
    others: { guardrails: LABELLED },
    drive: async ({ world, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'warm-baseline');
      world.lateLabels = 'fail';
    },
  },
  {
    name: 'failed-drill',
    ending: 'failed',
    prepare: (world) => {
      world.baselineReady = false;
    },
  },
  {
    name: 'aborted-with-telling-pending',
    ending: 'aborted',
    phases: { canary: { steps: [{ setWeight: 10, bake: '1h' }] } },
    others: { notify: [{ webhook: 'https://a.example.test/' }] },
    prepare: (world) => {
      world.deaf = true;
    },
    drive: async ({ stage, service, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'bake');
      await sendCommand(stage.temporal.client, service, 'supersede', { actor: 'bob', reason: '', to: 'digits-9' });
    },
  },
  {
    name: 'promoted-with-replicas',
    ending: 'promoted',
    phases: ALL_PHASES,
    others: { scaling: SCALED },
  },
  {
    name: 'rolled-back-with-replicas',
    ending: 'rolled-back',
    others: { scaling: SCALED },
    prepare: (world) => {
      world.guardrail = ({ weightPercent }) => (weightPercent === 50 ? 'fail' : 'pass');
    },
  },
  {
    name: 'promoted-with-registry',
    ending: 'promoted',
    others: { registry: REGISTRY, notify: [{ webhook: 'https://a.example.test/' }] },
    prepare: (world) => {
      world.models = registeredModels();
    },
  },
  {
    name: 'rolled-back-with-registry',
    ending: 'rolled-back',
    phases: { cutover: { keepBaselineWarm: '1h' } },
    others: { registry: REGISTRY },
    prepare: (world) => {
      world.models = registeredModels();
    },
    drive: async ({ stage, service, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'warm-baseline');
      await sendCommand(stage.temporal.client, service, 'rollback', { actor: 'bob', reason: 'complaints' });
    },
  },
  {
    name: 'aborted-with-registry-away',
    ending: 'aborted',
    phases: { canary: { steps: [{ setWeight: 10, bake: '1h' }] } },
    others: { registry: REGISTRY },
    prepare: (world) => {
      world.models = registeredModels(true);
    },
    drive: async ({ stage, service, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'bake');
      await sendCommand(stage.temporal.client, service, 'abort', { actor: 'bob', reason: 'enough' });
    },
  },
  {
    name: 'rolled-back-in-shadow',
    ending: 'rolled-back',
    phases: ALL_PHASES,
    prepare: (world) => {
      world.gate = ({ kind }) => (kind === 'shadow' ? 'fail' : 'pass');
    },
  },
  {
    name: 'rolled-back-by-ab-test',
    ending: 'rolled-back',
    phases: ALL_PHASES,
    prepare: (world) => {
      world.gate = ({ kind }) => (kind === 'abTest' ? 'fail' : 'pass');
    },
  },
  ...EXPERIMENT_SCENARIOS,
  ...FREEZE_SCENARIOS,
  {
    name: 'rolled-back-without-answer',
    ending: 'rolled-back',
    phases: { canary: { steps: [{ setWeight: 10, bake: '20ms' }, { pause: { approval: { timeout: '50ms' } } }] } },
  },
  { name: 'rolled-back-rejected', ending: 'rolled-back', phases: approvalStep, drive: command('reject') },
  {
    name: 'rolled-back-after-cutover',
    ending: 'rolled-back',
    phases: { cutover: { keepBaselineWarm: '1h' } },
    drive: async ({ stage, service, rollout }) => {
      await rollout.until((state) => state.waiting?.kind === 'warm-baseline');
      await sendCommand(stage.temporal.client, service, 'rollback', { actor: 'bob', reason: 'complaints' });
    },
  },
  {
    name: 'rolled-back-cancelled',
    ending: 'rolled-back',
    phases: approvalStep,
    drive: async ({ rollout }) => {
      await waiting(rollout);
      await rollout.handle.cancel();
    },
  },
  { name: 'aborted-while-waiting', ending: 'aborted', phases: approvalStep, drive: command('abort') },
  {
    name: 'aborted-with-approval-in-one-task',
    ending: 'aborted',
    phases: approvalStep,
    drive: async ({ rollout }) => {
      await waiting(rollout);
      await Promise.all([rollout.handle.signal('approve'), rollout.handle.signal('abort')]);
    },
  },
];

export const scenarioSpec = ({ phases = {}, others = {} }: Scenario, service: string) => ({
  ...spec(phases, service),
  ...others,
});
