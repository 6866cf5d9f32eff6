import { SluiceError } from '../domain/errors.js';
import type { IncidentNotice } from '../domain/incident.js';
import type { Notice } from '../domain/notice.js';
import type { NotifyTarget } from '../domain/spec/notify.js';
import { isLoopback } from '../domain/spec/receiver.js';
import { type AddressPolicy, AddressRefused } from '../net/address-policy.js';
import { type Answer, exchange, NoAnswer } from '../net/exchange.js';
import { mayPass } from '../net/may-pass.js';
import { bearerToken } from '../secrets/bearer.js';
import { readSecret, type Secrets } from '../secrets/secrets.js';
import { signatureHeaders } from '../secrets/signature.js';
import { CLOUD_EVENT_TYPE, cloudEvent } from './cloud-event.js';
import { incidentEvent } from './incident-event.js';
import { incidentSlackMessage } from './incident-slack.js';
import { lineageMessage } from './lineage-message.js';
import { slackMessage } from './slack-message.js';

/** Of a rollout or of an incident. */
export type AnyNotice = Notice | IncidentNotice;

export interface DeliveryOptions {
  readonly secrets: Secrets;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Which addresses may be called; absent: all. */
  readonly policy?: AddressPolicy | undefined;
}

/** A notice that was not taken: NOTIFICATION_FAILED where another try may help, else NOTIFICATION_REFUSED. */
export class DeliveryFailed extends SluiceError {
  /** What the receiver asked us to wait; null where it asked for nothing. */
  readonly retryAfterMs: number | null;
  /** The receiver wants nothing any more, of this or any rollout. */
  readonly isGone: boolean;

  constructor(code: 'NOTIFICATION_FAILED' | 'NOTIFICATION_REFUSED', message: string, answer?: Answer) {
    super(code, message);
    this.retryAfterMs = answer?.retryAfterMs ?? null;
    this.isGone = answer?.status === 410;
  }
}

/**
 * Sends one notice to one target, once.
 * @throws {DeliveryFailed} naming the target without what may be secret in its address
 * @throws {SluiceError} SECRET_UNUSABLE
 */
export async function deliverNotice(target: NotifyTarget, notice: AnyNotice, options: DeliveryOptions): Promise<void> {
  const name = targetName(target);
  const message = messageFor(target, notice, options.secrets);
  if (message === null) return;
  const { url, headers, body } = message;
  const { signal, timeoutMs = 10_000, policy } = options;
  const request = {
    method: 'POST',
    url,
    headers,
    body,
    timeoutMs,
    policy,
    ...(signal === undefined ? {} : { signal }),
  } as const;
  const answer = await exchange(request).catch((error: unknown) => {
    if (error instanceof NoAnswer) throw new DeliveryFailed('NOTIFICATION_FAILED', `${name}: ${error.message}`);
    if (error instanceof AddressRefused)
      throw new DeliveryFailed('NOTIFICATION_REFUSED', `${name}: it leads to ${error.why}`);
    throw error;
  });
  if (answer.status >= 200 && answer.status < 300) return;
  throw new DeliveryFailed(
    mayPass(answer.status) ? 'NOTIFICATION_FAILED' : 'NOTIFICATION_REFUSED',
    `${name}: ${notice.id} (${notice.event}) was answered with ${describeAnswer(answer)}`,
    answer,
  );
}

/** For messages and logs. A URL's path and query may be secrets; those behind a reference are, with their host. */
export function targetName(target: NotifyTarget): string {
  if ('slack' in target) return `Slack (${target.slack.urlRef})`;
  if ('openlineage' in target) return `OpenLineage at ${new URL(target.openlineage.url).origin}`;
  return `webhook ${typeof target.webhook === 'string' ? new URL(target.webhook).origin : `(${target.webhook.urlRef})`}`;
}

/** @returns null where there is nothing to be sent of it */
function messageFor(target: NotifyTarget, notice: AnyNotice, secrets: Secrets) {
  if ('slack' in target) {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const message = 'incidentId' in notice ? incidentSlackMessage(notice) : slackMessage(notice);
    return { url: secretUrl(target.slack.urlRef, secrets), headers, body: JSON.stringify(message) };
  }
  if ('openlineage' in target) return lineageRequest(target.openlineage, notice, secrets);
  const { webhook, secretRef } = target;
  const body = JSON.stringify('incidentId' in notice ? incidentEvent(notice) : cloudEvent(notice));
  const signed = secretRef === undefined ? {} : signatureHeaders({ secretRef, secrets }, notice.id, body, new Date());
  const url = typeof webhook === 'string' ? webhook : secretUrl(webhook.urlRef, secrets, target.insecure);
  return { url, headers: { 'content-type': CLOUD_EVENT_TYPE, ...signed }, body };
}

function lineageRequest(
  { url, secretRef, namespace }: Extract<NotifyTarget, { openlineage: unknown }>['openlineage'],
  notice: AnyNotice,
  secrets: Secrets,
) {
  if ('incidentId' in notice) return null;
  const event = lineageMessage(notice, namespace);
  if (event === null) return null;
  const authorization =
    secretRef === undefined ? {} : { authorization: `Bearer ${bearerToken(secrets, secretRef, url)}` };
  return { url, headers: { 'content-type': 'application/json', ...authorization }, body: JSON.stringify(event) };
}

function secretUrl(name: string, secrets: Secrets, allowsHttp = false): string {
  const value = readSecret(secrets, name);
  const url = URL.canParse(value) ? new URL(value) : null;
  const isAllowed =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && (allowsHttp || isLoopback(url.hostname)));
  if (!isAllowed) throw new SluiceError('SECRET_UNUSABLE', `${name} does not hold an https URL`);
  return value;
}

/** Slack says what is wrong in one word, for instance `channel_is_archived`. Any other text is not repeated. */
function describeAnswer({ status, body }: Answer): string {
  const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  const word = body !== null && /^[a-z]+(?:_[a-z]+){1,6}$/.test(body) ? ` ${body}` : '';
  return `status ${status}${word}${redirect}`;
}
