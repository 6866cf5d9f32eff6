import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { SluiceError } from '../src/domain/errors.js';
import type { NotifyTarget } from '../src/domain/spec/notify.js';
import type { AddressPolicy } from '../src/net/address-policy.js';
import { type AnyNotice, DeliveryFailed, type DeliveryOptions, deliverNotice } from '../src/notify/deliver.js';
import { environmentSecrets, type Secrets } from '../src/secrets/secrets.js';

export interface NotifyDeps {
  /** Default: this process's environment. */
  readonly secrets?: Secrets;
  /** Which addresses receivers may be at; absent: all. */
  readonly policy?: AddressPolicy;
}

/** `Retry-After: 0`, or a date that is past by our clock, is no pause: who is away must not be called without any between. */
const SHORTEST_PAUSE_MS = 1000;

/** How far a delivery got: notices that are dealt with, and what was said of those that were refused. */
interface DeliveryProgress {
  readonly done: number;
  readonly refused: readonly string[];
}

export const createNotifyActivities = ({ secrets = environmentSecrets, policy }: NotifyDeps) => ({
  /**
   * Sends notices to one target, in their order, one request each; a retry goes on where the attempt before stopped, and may
   * repeat a notice under the same id. One that is refused doesn't keep the later ones, unless the target is gone (410).
   * @throws NOTIFICATION_FAILED, which a retry may mend, after the time the receiver asked for; NOTIFICATION_REFUSED at the end
   */
  async deliver(target: NotifyTarget, notices: readonly AnyNotice[]): Promise<void> {
    const context = Context.current();
    let { done, refused } = (context.info.heartbeatDetails as DeliveryProgress | undefined) ?? { done: 0, refused: [] };
    for (const notice of notices.slice(done)) {
      const refusal = await sendOnce(target, notice, { secrets, policy, signal: context.cancellationSignal });
      if (refusal !== null) refused = [...refused, refusal.message].slice(0, 10);
      if (refusal?.isGone) break;
      done += 1;
      context.heartbeat({ done, refused } satisfies DeliveryProgress);
    }
    if (refused.length > 0) throw new SluiceError('NOTIFICATION_REFUSED', refused.join('; '));
  },
});

export type NotifyActivities = ReturnType<typeof createNotifyActivities>;

/** @returns why it was refused for good; null where it was taken */
async function sendOnce(
  target: NotifyTarget,
  notice: AnyNotice,
  options: DeliveryOptions,
): Promise<DeliveryFailed | null> {
  try {
    await deliverNotice(target, notice, options);
    return null;
  } catch (error) {
    if (!(error instanceof DeliveryFailed)) throw error;
    if (error.code === 'NOTIFICATION_REFUSED') return error;
    const { message, retryAfterMs } = error;
    if (retryAfterMs === null || retryAfterMs < SHORTEST_PAUSE_MS) throw error;
    throw ApplicationFailure.create({ type: error.code, message, nextRetryDelay: retryAfterMs });
  }
}
