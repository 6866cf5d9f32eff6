import { z } from 'zod';
import { alertWebhook } from '../alert-schema.js';
import { endpoint } from '../endpoint.js';
import { observationBatch } from '../observation-schema.js';
import { ofService } from '../schema/command.js';
import {
  alertAnswer,
  feedbackDelivery,
  feedbackQuery,
  feedbackReceipt,
  feedbackStats,
  forcedRollback,
  forgetBody,
  forgotten,
  logAnswer,
  logDelivery,
  logQuery,
  logReceipt,
  prunedFeedback,
  prunedLogs,
  pruneFeedback,
  pruneLogs,
  recordedRollback,
} from '../schema/record.js';

/** What other machines bring: gateways, Alertmanager, importers. */
const MEGABYTE = 1024 * 1024;

export const takeObservations = endpoint({
  id: 'takeObservations',
  method: 'POST',
  path: '/v1/observations',
  tag: 'intake',
  summary: 'What gateways have recorded; 202 says that it is kept, `added` is false for a repeat',
  access: 'admin',
  body: observationBatch,
  bodyLimit: 16 * MEGABYTE,
  invalid: 'OBSERVATION_INVALID',
  answers: { 202: z.object({ added: z.boolean() }) },
  problems: [422],
});
export const recordForcedRollback = endpoint({
  id: 'recordForcedRollback',
  method: 'POST',
  path: '/v1/forced-rollbacks',
  tag: 'intake',
  summary: 'Keeps what a person did on the gateways themselves',
  access: 'admin',
  body: forcedRollback,
  answers: { 201: recordedRollback },
  problems: [422],
});
export const takeAlerts = endpoint({
  id: 'takeAlerts',
  method: 'POST',
  path: '/v1/alerts/alertmanager',
  tag: 'intake',
  summary: 'Alertmanager’s webhook, version 4',
  access: 'alerts',
  body: alertWebhook,
  answers: { 200: alertAnswer },
  problems: [422],
});
export const importFeedback = endpoint({
  id: 'importFeedback',
  method: 'POST',
  path: '/v1/feedback',
  tag: 'feedback',
  summary: 'Imports feedback: all of a request, or nothing',
  access: 'admin',
  body: feedbackDelivery,
  bodyLimit: 8 * MEGABYTE,
  invalid: 'OBSERVATION_INVALID',
  answers: { 200: feedbackReceipt },
  problems: [422],
});
export const getFeedbackStats = endpoint({
  id: 'getFeedbackStats',
  method: 'GET',
  path: '/v1/feedback/{service}/stats',
  tag: 'feedback',
  summary: 'How much feedback there is, how late it comes and what is odd about it',
  access: 'operator',
  params: ofService,
  query: feedbackQuery,
  answers: { 200: feedbackStats },
});
export const pruneOldFeedback = endpoint({
  id: 'pruneFeedback',
  method: 'POST',
  path: '/v1/feedback/prune',
  tag: 'feedback',
  summary: 'Deletes old feedback, some at a time',
  access: 'admin',
  body: pruneFeedback,
  answers: { 200: prunedFeedback },
  problems: [422],
});
export const forgetUnit = endpoint({
  id: 'forgetUnit',
  method: 'POST',
  path: '/v1/feedback/forget',
  tag: 'feedback',
  summary: 'Deletes all that is kept of one unit',
  access: 'admin',
  body: forgetBody,
  answers: { 200: forgotten },
});
export const takeLogs = endpoint({
  id: 'takeLogs',
  method: 'POST',
  path: '/v1/logs',
  tag: 'logs',
  summary: 'Lines of a log, as they are; gzip is taken',
  access: 'admin',
  query: logDelivery,
  bodyMedia: 'application/octet-stream',
  bodyLimit: 8 * MEGABYTE,
  answers: { 202: logReceipt },
  problems: [422],
});
export const getLogReport = endpoint({
  id: 'getLogReport',
  method: 'GET',
  path: '/v1/logs/{service}/report',
  tag: 'logs',
  summary: 'What a span of a service’s logs comes to',
  access: 'operator',
  params: ofService,
  query: logQuery,
  answers: { 200: logAnswer },
});
export const pruneOldLogs = endpoint({
  id: 'pruneLogs',
  method: 'POST',
  path: '/v1/logs/prune',
  tag: 'logs',
  summary: 'Drops old days of counts',
  access: 'admin',
  body: pruneLogs.optional(),
  answers: { 200: prunedLogs },
});
