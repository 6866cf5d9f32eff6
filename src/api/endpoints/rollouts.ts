import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import {
  COMMAND_NAMES,
  commandAnswer,
  commandBody,
  idempotency,
  ofQueued,
  ofService,
  plan,
  planBody,
  queue,
  startBody,
  startedRollout,
} from '../schema/command.js';
import { eventHeaders, eventQuery } from '../schema/event.js';
import {
  decisionPage,
  decisionQuery,
  driftAnswer,
  experimentPage,
  impactAnswer,
  ofRollout,
  report,
  rolloutDetail,
  rolloutPage,
  rolloutQuery,
  series,
  seriesQuery,
} from '../schema/rollout.js';
import { flags, routeAnswer, routePage, routeQuery, servicePage, serviceQuery } from '../schema/service.js';

const tag = 'rollouts';
const text = z.string();

export const listRollouts = endpoint({
  id: 'listRollouts',
  method: 'GET',
  path: '/v1/rollouts',
  tag,
  summary: 'Rollouts, the newest first; answers while neither worker nor Temporal runs',
  access: 'viewer',
  query: rolloutQuery,
  answers: { 200: rolloutPage },
});
export const getRollout = endpoint({
  id: 'getRollout',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}',
  tag,
  summary: 'A rollout’s state, its spec and where to read on',
  access: 'viewer',
  params: ofRollout,
  answers: { 200: rolloutDetail },
});
export const listDecisions = endpoint({
  id: 'listDecisions',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}/decisions',
  tag,
  summary: 'The decision ledger, in the order of its lines',
  access: 'viewer',
  params: ofRollout,
  query: decisionQuery,
  answers: { 200: decisionPage },
});
export const getSeries = endpoint({
  id: 'getSeries',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}/series',
  tag,
  summary: 'Requests, errors and latency by version over time, and the weights beside them',
  access: 'viewer',
  params: ofRollout,
  query: seriesQuery,
  answers: { 200: series },
});
export const listExperiments = endpoint({
  id: 'listExperiments',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}/experiments',
  tag,
  summary: 'Looks at the A/B evaluation, in order of time',
  access: 'viewer',
  params: ofRollout,
  query: decisionQuery,
  answers: { 200: experimentPage },
});
export const getImpact = endpoint({
  id: 'getImpact',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}/impact',
  tag,
  summary: 'What became of the metrics after the cutover',
  access: 'viewer',
  params: ofRollout,
  answers: { 200: impactAnswer },
});
export const getDrift = endpoint({
  id: 'getDrift',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}/drift',
  tag,
  summary: 'What the candidate was asked against what the baseline was, by feature',
  access: 'viewer',
  params: ofRollout,
  answers: { 200: driftAnswer },
});
export const getReport = endpoint({
  id: 'getReport',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}/report',
  tag,
  summary: 'The report of a rollout, or of a service’s newest one',
  access: 'viewer',
  params: ofRollout,
  answers: { 200: report },
});
export const getReportPage = endpoint({
  id: 'getReportPage',
  method: 'GET',
  path: '/v1/rollouts/{rolloutId}/report.html',
  tag,
  summary: 'The same as one page',
  access: 'viewer',
  params: ofRollout,
  answers: { 200: text },
  media: 'text/html',
});
export const startRollout = endpoint({
  id: 'startRollout',
  method: 'POST',
  path: '/v1/rollouts',
  tag,
  summary: 'Starts a rollout, or puts it into the queue',
  access: 'operator',
  headers: idempotency,
  body: startBody,
  answers: { 201: startedRollout },
  problems: [409, 422],
});
export const planRollout = endpoint({
  id: 'planRollout',
  method: 'POST',
  path: '/v1/rollouts/plan',
  tag,
  summary: 'What a spec would do, and when; starts nothing',
  access: 'viewer',
  body: planBody,
  answers: { 200: plan },
  problems: [422],
});
export const sendCommand = endpoint({
  id: 'sendCommand',
  method: 'POST',
  path: '/v1/services/{service}/commands',
  tag,
  summary: `Asks the rollout of a service for something and hears yes or no: ${COMMAND_NAMES.join(', ')}`,
  // The lowest that any command asks for; each has its own (COMMAND_ROLES).
  access: 'operator',
  params: ofService,
  headers: idempotency,
  body: commandBody,
  answers: { 200: commandAnswer },
  problems: [409, 422, 502],
});
export const getQueue = endpoint({
  id: 'getQueue',
  method: 'GET',
  path: '/v1/services/{service}/queue',
  tag,
  summary: 'Rollouts of a service that wait for their turn, the next one first',
  access: 'viewer',
  params: ofService,
  answers: { 200: queue },
});
export const dequeue = endpoint({
  id: 'dequeue',
  method: 'DELETE',
  path: '/v1/services/{service}/queue/{rolloutId}',
  tag,
  summary: 'Takes a rollout out of the queue: it never runs',
  access: 'operator',
  params: ofQueued,
  answers: { 204: null },
  problems: [409],
});
export const listServices = endpoint({
  id: 'listServices',
  method: 'GET',
  path: '/v1/services',
  tag: 'services',
  summary: 'Services with what serves now and their newest rollout, by name',
  access: 'viewer',
  query: serviceQuery,
  answers: { 200: servicePage },
});
export const getRoute = endpoint({
  id: 'getRoute',
  method: 'GET',
  path: '/v1/services/{service}/route',
  tag: 'services',
  summary: 'The newest wanted route of a service',
  access: 'viewer',
  params: ofService,
  answers: { 200: routeAnswer },
});
export const getFlags = endpoint({
  id: 'getFlags',
  method: 'GET',
  path: '/v1/services/{service}/flags',
  tag: 'services',
  summary: 'Segments, further versions and holdback of the wanted route',
  access: 'viewer',
  params: ofService,
  answers: { 200: flags },
});
export const listRoutes = endpoint({
  id: 'listRoutes',
  method: 'GET',
  path: '/v1/routes',
  tag: 'services',
  summary: 'The newest wanted route of each service',
  access: 'viewer',
  query: routeQuery,
  answers: { 200: routePage },
});
export const followEvents = endpoint({
  id: 'followEvents',
  method: 'GET',
  path: '/v1/events',
  tag: 'events',
  summary: 'Server-sent events: rollout, decision, incident, ping, reset',
  access: 'viewer',
  query: eventQuery,
  headers: eventHeaders,
  answers: { 200: text },
  media: 'text/event-stream',
});
