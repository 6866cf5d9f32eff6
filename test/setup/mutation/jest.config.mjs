import { fileURLToPath } from 'node:url';
import base from '../../../jest.config.mjs';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The pure suites that cover what is mutated. None needs a server, a store or a child process, and none goes on for many seconds. */
const PURE = [
  '{stats,analysis,domain}/**/*',
  'routing/{bucket,condition,flag-evaluation,hashes,interleave,request-field}',
  'experiment/{analyse,gbstats,integrity,plan,spec}',
  'impact/{closed-days,judgement,oracle}',
  'freezes/{hold,open-from,windows}',
  'hooks/hooks-spec',
  'identity/statement',
  'incidents/{rules,telling}',
  'monitors/{features,logs,model,performance,resources}/evaluate',
  'monitors/dependencies/graph',
  'monitors/frame/{guardrail,spec}',
  'notify/{notice,notify-spec}',
  'plan/{advice,plan-rollout}',
  'registry/{lineage,names,openlineage}',
  'scaling/planned-replicas',
  'validation/rows/judge',
];

export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: PURE.map((path) => `<rootDir>/test/${path}.test.ts`),
  // Ours first: most of what one mutant costs is finding modules.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  runner: beside('./runner.mjs'),
  testEnvironment: beside('./environment.mjs'),
  setupFilesAfterEnv: [],
  globalSetup: null,
  globalTeardown: null,
};
