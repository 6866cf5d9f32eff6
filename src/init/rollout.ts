import { rolloutSpec } from '../domain/spec/rollout-spec.js';
import { baseline, ownerQuestion, protocol, protocolText, service, targetText } from './common-questions.js';
import { addressFault, modelAddress } from './model-address.js';
import type { Answers, Draft, Question } from './question.js';
import { scalar } from './scalar.js';

export const STRATEGIES = ['canary', 'ab', 'shadow'] as const;
type Strategy = (typeof STRATEGIES)[number];

const candidate: Question = {
  name: 'candidate',
  message: 'the version under trial, and where: <version>@<url>',
  standard: () => null,
  fault: addressFault,
};
const strategy: Question = {
  name: 'strategy',
  message: 'canary: step by step; ab: and then an evaluation of what users do; shadow: first copies of requests alone',
  choices: STRATEGIES,
  standard: () => 'canary',
};
const primary: Question = {
  name: 'primary',
  message: 'what decides the A/B evaluation: conversion, thumb, accuracy, error_rate, latency_p50…',
  standard: () => 'conversion',
  onlyWith: { question: 'strategy', answer: 'ab' },
};
const approver: Question = {
  name: 'approver',
  message: 'who may approve: names or role:<name>, by commas; - for anybody',
  standard: () => '-',
};
const dataset: Question = {
  name: 'dataset',
  message: 'held-out data for the validation suite, a path or URL; - for none',
  standard: () => '-',
};

/** @param owner who answers for it by default */
export const rolloutDraft = (owner: string): Draft => ({
  questions: [service, ownerQuestion(owner), baseline, candidate, protocol, strategy, primary, approver, dataset],
  text: rolloutText,
  schema: rolloutSpec,
});

function rolloutText(answers: Answers): string {
  const chosen = answers['strategy'] as Strategy;
  const version = modelAddress(answers['candidate'] ?? '')?.version ?? '';
  return `${[
    `# ${version} for ${answers['service'] ?? ''}. Check it with \`sluice lint\`, see what it would do with \`sluice plan\`, start it with`,
    '# `sluice start`. All keys: docs/spec.md.',
    'sluice: v1',
    `service: ${scalar(answers['service'] ?? '')}`,
    `owner: ${scalar(answers['owner'] ?? '')}`,
    `baseline: ${targetText(answers['baseline'])} # serves now`,
    `candidate: ${targetText(answers['candidate'])} # under trial`,
    `protocol: ${protocolText(answers)}`,
    '',
    '# How much worse than the baseline of the same moment the candidate may be. The first of these that fails rolls it back.',
    'guardrails:',
    '  - { metric: error_rate, margin: 0.01, critical: true } # one failed request in a hundred more',
    '  - { metric: latency_p99, margin: 50ms }',
    '  - { metric: prediction_drift, margin: 0.1 } # how far the share of any label may move',
    '',
    'phases:',
    ...validationLines(answers),
    ...shadowLines(chosen),
    ...canaryLines(chosen, answers),
    ...abTestLines(chosen, answers),
    '  cutover: { keepBaselineWarm: 24h } # so long a rollback is one command away',
  ].join('\n')}\n`;
}

function validationLines({ dataset: source = '-', protocol: kind }: Answers): string[] {
  if (source === '-') return [];
  const checks =
    kind === 'chat'
      ? ['      - { metric: latency_p95, max: 5s }']
      : [
          '      - { metric: accuracy, noWorseThan: baseline, margin: 0.01 }',
          '      - { metric: latency_p99, max: 1s }',
        ];
  const prompt = kind === 'chat' ? ['    prompt: prompt # the column with the prompts'] : [];
  return [
    '  validation: # before anybody meets it',
    `    dataset: ${scalar(source)}`,
    ...prompt,
    '    checks:',
    ...checks,
  ];
}

function shadowLines(chosen: Strategy): string[] {
  if (chosen === 'ab') return [];
  const [sample, minSamples, maxDuration] = chosen === 'shadow' ? [100, 5000, '24h'] : [20, 2500, '2h'];
  return [
    '  # Copies of requests, whose answers nobody gets.',
    `  shadow: { sample: ${sample}, minSamples: ${minSamples}, minAgreement: 0.9, maxDuration: ${maxDuration} }`,
  ];
}

function canaryLines(chosen: Strategy, answers: Answers): string[] {
  const approval = `      - pause: { approval: { ${approversText(answers)}timeout: 24h, onTimeout: rollback } }`;
  const steps: Record<Strategy, string[]> = {
    canary: [
      '      - { setWeight: 5, bake: 30m, minSamples: 500 } # percent of units; they stay with the candidate',
      approval,
      '      - { setWeight: 25, bake: 2h }',
      '      - { setWeight: 50, bake: 4h }',
    ],
    ab: [
      '      - { setWeight: 10, bake: 1h, minSamples: 500 } # before the evaluation: does it work at all?',
      approval,
    ],
    shadow: [approval, '      - { setWeight: 50, bake: 4h }'],
  };
  const first = chosen === 'shadow' ? ['      - { setWeight: 1, bake: 30m } # the first users'] : [];
  return ['  canary:', '    steps:', ...first, ...steps[chosen]];
}

function approversText({ approver: given = '-' }: Answers): string {
  if (given === '-') return '';
  const names = given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return `approvers: [${names.map(scalar).join(', ')}], `;
}

function abTestLines(chosen: Strategy, { primary: metric = 'conversion' }: Answers): string[] {
  if (chosen !== 'ab') return [];
  const effect = metric.startsWith('latency_') ? '20 # milliseconds' : '0.02 # the smallest difference that matters';
  return [
    '  abTest: # `sluice plan` says how long it takes at your traffic',
    '    split: 50',
    `    primary: ${scalar(metric)}`,
    `    minDetectableEffect: ${effect}`,
    '    maxDuration: 14d',
  ];
}
