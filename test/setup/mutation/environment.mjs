import { TestEnvironment } from 'jest-environment-node';
import { mutantOnTrial, writeCoverage } from './coverage.mjs';

/** Oracles over 100,000 values and more take seconds each; smaller ones go through the same code. */
const TOO_SLOW = /huge|_[12]00000\b|_1000000\b/;

/** Ends a test file at its first failure, as the mutant is noticed then. On the first run it writes down which mutants the file goes through. */
export default class MutationEnvironment extends TestEnvironment {
  #rootDir;
  #path;
  #began = Date.now();
  #tests = new Set();
  #failed = false;

  constructor(config, context) {
    super(config, context);
    this.#rootDir = config.globalConfig.rootDir;
    this.#path = context.testPath;
  }

  handleTestEvent(event) {
    if (event.name === 'test_start' && (this.#failed || TOO_SLOW.test(event.test.name))) event.test.mode = 'skip';
    if (event.name === 'test_fn_start') this.#tests.add(this.global.__stryker__?.currentTestId);
    if (event.name === 'test_done' && event.test.errors.length > 0) this.#failed = true;
    if (event.name === 'run_finish' && mutantOnTrial() === undefined) this.#writeCoverage();
  }

  #writeCoverage() {
    const covered = this.global.__stryker__?.mutantCoverage?.perTest ?? {};
    const mutants = new Set([...this.#tests].flatMap((test) => Object.keys(covered[test] ?? {})));
    writeCoverage(this.#rootDir, { path: this.#path, ms: Date.now() - this.#began, mutants: [...mutants] });
  }
}
