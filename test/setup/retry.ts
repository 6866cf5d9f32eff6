import { jest } from '@jest/globals';

/**
 * In CI two cores are shared by 200 rollouts, gateways under load and the servers of both: what fails for want of time gets another try. `.ci/run`
 * names every test that needed one.
 */
if (process.env['CI']) jest.retryTimes(2, { logErrorsBeforeRetry: true });
