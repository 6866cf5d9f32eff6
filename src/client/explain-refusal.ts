import { ApplicationFailure, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { describeError, SluiceError } from '../domain/errors.js';
import { isDeadline } from './deadline.js';
import { ANSWER_TIMEOUT_MS, isTaskFailing } from './update.js';

/**
 * What became of an update that was not answered yes.
 * @param missing what to say where nothing runs that could take it
 */
export function explainRefusal(error: unknown, missing: string, timeoutMs = ANSWER_TIMEOUT_MS): SluiceError {
  if (error instanceof SluiceError) return error;
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message } = error.cause;
    if (type === 'COMMAND_REFUSED' || type === 'UNAUTHORIZED') return new SluiceError(type, message);
  }
  if (error instanceof WorkflowNotFoundError) return new SluiceError('NOT_FOUND', missing);
  if (isDeadline(error))
    return new SluiceError(
      'NO_WORKER',
      `no worker answered within ${timeoutMs / 1000} s: is one polling? (sluice worker) It may still be taken later; the same --decision-id again is the same decision`,
      { cause: error },
    );
  if (isTaskFailing(error))
    return new SluiceError(
      'NO_WORKER',
      'its workflow task fails on the workers, which try it again by themselves: their logs say why',
      { cause: error },
    );
  return new SluiceError('TEMPORAL_UNAVAILABLE', describeError(error), { cause: error });
}
