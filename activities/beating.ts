import { Context } from '@temporalio/activity';

const LONGEST_BEAT_MS = 5000;

/**
 * Runs with a heartbeat that goes on whatever it waits for.
 * @param details of each beat: what the next attempt goes on with; absent: it begins anew
 */
export async function whileBeating<T>(body: (context: Context) => Promise<T>, details?: () => unknown): Promise<T> {
  const context = Context.current();
  const everyMs = Math.min(LONGEST_BEAT_MS, (context.info.heartbeatTimeoutMs ?? Number.POSITIVE_INFINITY) / 3);
  const beat = setInterval(() => context.heartbeat(details?.()), everyMs);
  try {
    return await body(context);
  } finally {
    clearInterval(beat);
  }
}
