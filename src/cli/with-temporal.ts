import { isGrpcServiceError } from '@temporalio/client';
import { isDeadline } from '../client/deadline.js';
import { describeError, SluiceError } from '../domain/errors.js';
import { connectTemporal, type TemporalLink, temporalSettings } from '../temporal/connection.js';

/** Of all that is asked of Temporal without a deadline of its own: no command hangs because a server, or the way to it, is slow. */
const DEADLINE_MS = 60_000;

/**
 * Connects for the length of one command.
 * @throws {SluiceError} what `body` throws; TEMPORAL_UNAVAILABLE where Temporal does not answer in time
 */
export async function withTemporal<T>(body: (link: TemporalLink) => Promise<T>): Promise<T> {
  const settings = temporalSettings();
  const link = await connectTemporal(settings);
  try {
    return await link.client.withDeadline(Date.now() + DEADLINE_MS, () => body(link));
  } catch (error) {
    throw asUnavailable(error, settings.address);
  } finally {
    await link.close();
  }
}

function asUnavailable(error: unknown, address: string): unknown {
  if (error instanceof SluiceError) return error;
  if (isDeadline(error))
    return new SluiceError(
      'TEMPORAL_UNAVAILABLE',
      `Temporal at ${address} did not answer within ${DEADLINE_MS / 1000} s`,
      {
        cause: error,
      },
    );
  if (isGrpcServiceError(error))
    return new SluiceError('TEMPORAL_UNAVAILABLE', `Temporal at ${address}: ${describeError(error)}`, { cause: error });
  return error;
}
