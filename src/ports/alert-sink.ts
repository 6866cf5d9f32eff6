import type { Alert } from '../domain/alert.js';

/** `no-rollout`: nothing of the service runs that could hear it. */
export type AlertReceipt = 'sent' | 'no-rollout';

/** Where alerts of monitoring systems go: to the rollout of a service. */
export interface AlertSink {
  /**
   * A repeat is harmless: whoever hears it knows the alert by its id.
   * @throws {SluiceError} TEMPORAL_UNAVAILABLE where nobody can be told now
   */
  send(service: string, alert: Alert): Promise<AlertReceipt>;
  close(): Promise<void>;
}
