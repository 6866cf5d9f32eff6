import { command, type Scenario } from './scenario.js';

const PLANNED = { primary: 'accuracy', minDetectableEffect: 0.05 } as const;

/** Since an A/B evaluation is planned before it begins, and judged by that plan. */
export const EXPERIMENT_SCENARIOS: readonly Scenario[] = [
  { name: 'promoted-by-experiment', ending: 'promoted', phases: { abTest: PLANNED } },
  {
    name: 'promoted-interleaved',
    ending: 'promoted',
    phases: {
      abTest: {
        kind: 'interleaving',
        primary: 'preference',
        minDetectableEffect: 0.05,
        interleaving: { output: 'items', length: 5 },
      },
    },
  },
  {
    name: 'rolled-back-experiment-that-came-to-nothing',
    ending: 'rolled-back',
    phases: { abTest: PLANNED },
    prepare: (world) => {
      world.comesToNothing = true;
      world.gate = ({ kind }) => (kind === 'abTest' ? 'inconclusive' : 'pass');
    },
    drive: command('reject'),
  },
  {
    name: 'failed-experiment-refused',
    ending: 'failed',
    phases: { abTest: PLANNED },
    prepare: (world) => {
      world.experiment = { ...world.experiment, refusal: 'accuracy needs 90,000 units an arm' };
    },
  },
];
