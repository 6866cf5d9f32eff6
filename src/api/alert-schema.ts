import { z } from 'zod';

const MOST_ALERTS = 1000;
/** What `alertFrom` keeps: with more, a rule might miss its label. */
const MOST_LABELS = 50;

const time = z.iso.datetime({ offset: true, error: 'expected a date-time such as 2026-11-21T10:00:00Z' });
const labels = z
  .record(z.string().min(1).max(200), z.string().max(1000))
  .refine((given) => Object.keys(given).length <= MOST_LABELS, `expected at most ${MOST_LABELS} labels`);
const annotations = z.record(z.string(), z.string());
const receivedAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels,
  annotations: annotations.default({}),
  startsAt: time,
  endsAt: time,
  fingerprint: z.string().min(1).max(100),
});
export type ReceivedAlert = z.output<typeof receivedAlert>;

/** Alertmanager's webhook, version 4. Fields that it has besides are its own. */
export const alertWebhook = z.object({
  version: z.literal('4', { error: 'expected version "4" of the webhook' }),
  groupKey: z.string(),
  status: z.enum(['firing', 'resolved']),
  truncatedAlerts: z.int().min(0).default(0),
  alerts: z.array(receivedAlert).min(1).max(MOST_ALERTS),
});
