import { CancelledFailure, Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

/** Of a long retry policy's delay, nothing is waited: this is no failure of the activity. */
const AT_ONCE_MS = 10;

/**
 * Gives an activity that ends because its worker does back to the queue: the next worker takes it at once, with the progress of the last heartbeat.
 * Without this it would wait for the retry policy's delay, and be counted as a failure.
 */
export const shutdownInterceptor: ActivityInboundCallsInterceptor = {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      if (!isCancellation(error) || !Context.current().cancellationDetails?.workerShutdown) throw error;
      throw ApplicationFailure.create({
        type: 'WorkerShutdown',
        message: 'the worker shuts down; another one goes on',
        nextRetryDelay: AT_ONCE_MS,
        category: ApplicationFailureCategory.BENIGN,
      });
    }
  },
};

/** Also of what was given the activity's signal, such as an HTTP client. */
function isCancellation(error: unknown): boolean {
  if (error instanceof CancelledFailure) return true;
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'CanceledError');
}
