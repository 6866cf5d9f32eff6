import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Alert } from '../domain/alert.js';
import { describeError, SluiceError } from '../domain/errors.js';
import type { AlertReceipt, AlertSink } from '../ports/alert-sink.js';
import type { TemporalSettings } from '../temporal/connection.js';
import { openLazyLink } from '../temporal/lazy-link.js';
import { workflowIdOf } from './workflow-ids.js';

/** Whoever sends alerts waits for the answer, and sends again where there is none. */
const SEND_TIMEOUT_MS = 5000;

/** Alerts as signals of rollouts. Connects when the first one comes, so that whoever holds this can start while Temporal is down. */
export function createAlertSink(settings: TemporalSettings): AlertSink {
  const link = openLazyLink(() => settings, { connectTimeoutMs: SEND_TIMEOUT_MS });
  return {
    send: async (service, alert) => signalAlert(await link.client(), service, alert),
    close: () => link.close(),
  };
}

/** The same over a client that somebody else closes. */
export function alertSinkOver(client: Client): AlertSink {
  return { send: (service, alert) => signalAlert(client, service, alert), close: async () => undefined };
}

async function signalAlert(client: Client, service: string, alert: Alert): Promise<AlertReceipt> {
  const handle = client.workflow.getHandle(workflowIdOf(service));
  try {
    await client.withDeadline(Date.now() + SEND_TIMEOUT_MS, () => handle.signal('alert', alert));
    return 'sent';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'no-rollout';
    throw new SluiceError('TEMPORAL_UNAVAILABLE', `alert to ${handle.workflowId}: ${describeError(error)}`, {
      cause: error,
    });
  }
}
