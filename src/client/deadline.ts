import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/** Whether a call ended because nobody answered in time, wherever in the causes that stands. */
export function isDeadline(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const timedOut: boolean = isGrpcDeadlineError(error) || isGrpcCancelledError(error);
  return timedOut || (error instanceof Error && isDeadline(error.cause));
}
