import { z } from 'zod';
import { LINEAGE_EVENTS, NOTICE_EVENTS } from '../notice.js';
import { insecure, isSafeToCall, receiverUrl, secretRef } from './receiver.js';

const events = z
  .array(z.enum(NOTICE_EVENTS))
  .min(1)
  .max(NOTICE_EVENTS.length)
  .optional()
  .describe('What is told. Default: everything.');
const urlRef = secretRef.describe('The variable of the worker’s environment that holds the whole URL.');

const webhookTarget = z
  .strictObject({
    webhook: z
      .union([receiverUrl, z.strictObject({ urlRef })])
      .describe('Gets CloudEvents 1.0 as JSON. A URL that is a secret itself is named by urlRef.'),
    secretRef: secretRef.optional().describe('Signs as Standard Webhooks do. Default: nothing is signed.'),
    events,
    insecure,
  })
  .refine(({ webhook, insecure }) => typeof webhook !== 'string' || isSafeToCall(webhook, insecure), {
    path: ['webhook'],
    error: 'http to another machine; use https, or say insecure: true',
  });

const slackTarget = z.strictObject({
  slack: z.strictObject({ urlRef }).describe('An incoming webhook of Slack, whose URL is a secret.'),
  events,
});

const lineageTarget = z
  .strictObject({
    openlineage: z
      .strictObject({
        url: receiverUrl.describe('Where run events are posted, whole: of Marquez, https://…/api/v1/lineage.'),
        secretRef: secretRef.optional().describe('Whose value is sent as a bearer token.'),
        namespace: z
          .string()
          .regex(/^[\w.:/-]{1,200}$/, 'expected 1 to 200 letters, digits and _ . : / -')
          .default('sluice')
          .describe('Of jobs and models: the same for all rollouts of an installation.'),
      })
      .describe('Gets run events of OpenLineage 2-0-2.'),
    events: z
      .array(z.enum(LINEAGE_EVENTS))
      .min(1)
      .max(LINEAGE_EVENTS.length)
      .default([...LINEAGE_EVENTS])
      .describe('What is told. Default: where the run begins, goes on and ends.'),
    insecure,
  })
  .refine(({ openlineage, insecure }) => isSafeToCall(openlineage.url, insecure), {
    path: ['openlineage', 'url'],
    error: 'http to another machine; use https, or say insecure: true',
  });

/** Who is told what becomes of a rollout. No delivery ever holds a rollout up. */
export const notify = z.array(z.union([webhookTarget, slackTarget, lineageTarget])).max(10);

export type NotifyTarget = z.output<typeof notify>[number];
