import { MONITOR_KINDS } from '../domain/monitor.js';
import { monitorSpec } from '../domain/spec/monitors/index.js';
import { serviceName } from '../domain/spec/target.js';
import { service } from './common-questions.js';
import { type Answers, type Draft, faultBy, type Question } from './question.js';
import { scalar } from './scalar.js';

type Kind = (typeof MONITOR_KINDS)[number];

const kind: Question = {
  name: 'kind',
  message: 'what it watches',
  choices: MONITOR_KINDS,
  standard: () => 'performance',
};
const name: Question = {
  name: 'name',
  message: 'what it is called',
  standard: ({ kind: chosen = 'monitor' }) => chosen,
  fault: faultBy(serviceName),
};
const url: Question = {
  name: 'url',
  message: 'what is asked whether it is well: an http(s) URL that answers 2xx',
  standard: () => null,
  onlyWith: { question: 'kind', answer: 'dependencies' },
  fault: (answer) => (URL.canParse(answer) && /^https?:/.test(answer) ? null : 'expected an http or https URL'),
};

export const monitorDraft: Draft = { questions: [service, kind, name, url], text: monitorText, schema: monitorSpec };

/** Each kind with the keys that are changed first. */
const BODIES: Record<Kind, (answers: Answers) => readonly string[]> = {
  performance: () => [
    'every: 1m',
    'window: 5m',
    'limits:',
    '  - { metric: error_rate, max: 0.05 }',
    '  - { metric: latency_p99, max: 500, severity: warning } # milliseconds',
    'compare: { errorMargin: 0.02, quantile: 0.95, latencyMargin: 1 } # with the version beside it: twice as long is too long',
  ],
  features: () => [
    'every: 15m',
    'reference: { from: promotion } # the time after the cutover of what serves',
    'numeric: { method: ks }',
    'driftShare: 0.25 # of all features; more than that, and it is no longer what it was asked',
  ],
  model: () => [
    'every: 15m',
    'reference: { from: promotion } # the time after the cutover of what serves',
    'quality: { drop: 0.03 } # how much lower than there accuracy may be',
  ],
  users: () => [
    'every: 1h',
    'window: 7d',
    'metrics: [returning]',
    'drop: 0.1 # how much lower than the baseline’s, as a part',
  ],
  logs: () => ['every: 5m', 'window: 15m', 'history: 6h # what was not there in this time is new', 'minExposure: 50'],
  resources: () => [
    'every: 30s',
    'targets:',
    '  - { name: machine, local: { machine: true } } # the worker’s own; others by Prometheus: docs/dependencies.md',
    'limits:',
    '  - { resource: memory, enter: 0.95, leave: 0.9, severity: critical }',
    '  - { resource: cpu, enter: 0.9, leave: 0.8 }',
    'coolDown: 5m',
  ],
  dependencies: ({ url: asked = '' }) => [
    'every: 30s',
    'nodes:',
    '  - name: server # one for each thing the service needs: model server, feature store, database',
    '    criticality: 1 # 0..1: how much of the service is lost without it',
    '    probe:',
    `      http: { url: ${scalar(asked)} }`,
    '      failureThreshold: 3',
  ],
};

function monitorText(answers: Answers): string {
  const chosen = answers['kind'] as Kind;
  return `${[
    '# Runs again and again, whether a rollout runs or not: `sluice monitor create -f <this file>`. All keys: docs/monitors.md.',
    'sluice: monitor/v1',
    `name: ${scalar(answers['name'] ?? '')}`,
    `service: ${scalar(answers['service'] ?? '')}`,
    `kind: ${chosen}`,
    ...BODIES[chosen](answers),
    '# What becomes of its findings. Left out: the candidate’s fault rolls back, the environment’s pauses, warnings are noted.',
    'rules:',
    '  - { finding: critical, cause: version, action: rollback }',
    '  - { finding: critical, cause: environment, action: pause }',
    '  - { finding: warning, action: note }',
  ].join('\n')}\n`;
}
