import type { ValidatorSummary } from '../../../src/validation/custom/contract.js';
import { runModule } from '../../../src/validation/custom/run-module.js';

/** A process that waits for the module it is given: to be killed. */
await runModule({
  module: process.argv[2] ?? '',
  summary: {} as ValidatorSummary,
  timeoutMs: 600_000,
  signal: new AbortController().signal,
  infer: () => Promise.reject(new Error('not asked here')),
});
