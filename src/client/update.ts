import { type Client, isGrpcServiceError } from '@temporalio/client';

/** How long an update may take to be answered. */
export const ANSWER_TIMEOUT_MS = 15_000;
const FAILED_PRECONDITION = 9;
const AGAIN_MS = 500;

/**
 * Asks a workflow, by an update, and asks again where it can't be asked for a moment: its task was late on a worker that is busy, or has failed there, and
 * is tried again by itself. The update's id makes that harmless.
 */
export async function updateInTime<T>(
  client: Pick<Client, 'withDeadline'>,
  update: () => Promise<T>,
  timeoutMs: number = ANSWER_TIMEOUT_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;)
    try {
      return await client.withDeadline(deadline, update);
    } catch (error) {
      if (!isTaskFailing(error) || Date.now() + AGAIN_MS > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
}

/** Whether Temporal takes no update, since the task before it has failed. */
export function isTaskFailing(error: unknown): boolean {
  const isSo: boolean = isGrpcServiceError(error) && Number(error.code) === FAILED_PRECONDITION;
  return isSo || (error instanceof Error && isTaskFailing(error.cause));
}
