/** One configuration for every suite; `npm test` builds or finds the Temporal CLI before the first test (test/setup/global.mjs). */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  setupFilesAfterEnv: ['<rootDir>/test/setup/retry.ts'],
  globalSetup: '<rootDir>/test/setup/global.mjs',
  globalTeardown: '<rootDir>/test/setup/global-teardown.mjs',
  testTimeout: 120_000,
  // More than cores: suites wait for servers and timers half of their time.
  maxWorkers: 3,
  // Modules of ended suites are never freed: a worker of three gigabytes spends its time in the garbage collector.
  workerIdleMemoryLimit: '1GB',
};
