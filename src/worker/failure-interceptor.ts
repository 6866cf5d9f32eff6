import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { describeError, ERROR_CODES, SluiceError } from '../domain/errors.js';

/** Turns our errors into Temporal's, in one place: the code is the failure's type, and the table says whether a retry can help. */
export const failureInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const { retryable } = ERROR_CODES[error.code];
      throw ApplicationFailure.create({ type: error.code, message: describeError(error), nonRetryable: !retryable });
    }
  },
};
