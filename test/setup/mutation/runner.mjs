import TestRunner from 'jest-runner';
import { filesThrough, mutantOnTrial } from './coverage.mjs';

/** Runs for a mutant only the test files whose tests go through it, the quickest first, and none after one that has noticed it. */
export default class MutationRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    const mutant = mutantOnTrial();
    if (mutant === undefined) return super.runTests(tests, watcher, options);

    const ms = filesThrough(this._globalConfig.rootDir, mutant);
    const through = tests
      .filter(({ path }) => ms.has(path))
      .sort((one, other) => ms.get(one.path) - ms.get(other.path));
    let noticed = false;
    this.on('test-file-success', ([, { numFailingTests, testExecError }]) => {
      noticed ||= numFailingTests > 0 || Boolean(testExecError);
    });
    for (const test of through) if (!noticed) await super.runTests([test], watcher, options);
  }
}
