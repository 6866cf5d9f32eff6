import { z } from 'zod';
import { endpoint } from '../endpoint.js';
import {
  incident,
  incidentPage,
  incidentQuery,
  newSilence,
  ofIncident,
  ofSilence,
  recordedIncident,
  saidOfIncident,
  silence,
  silencePage,
  silenceQuery,
} from '../schema/incident.js';

const tag = 'incidents';

export const listIncidents = endpoint({
  id: 'listIncidents',
  method: 'GET',
  path: '/v1/incidents',
  tag,
  summary: 'What went wrong, the newest first',
  access: 'viewer',
  query: incidentQuery,
  answers: { 200: incidentPage },
});
export const getIncident = endpoint({
  id: 'getIncident',
  method: 'GET',
  path: '/v1/incidents/{id}',
  tag,
  summary: 'An incident and what was done about it',
  access: 'viewer',
  params: ofIncident,
  answers: { 200: recordedIncident },
});
export const getPostMortem = endpoint({
  id: 'getPostMortem',
  method: 'GET',
  path: '/v1/incidents/{id}/post-mortem',
  tag,
  summary: 'A draft of its post-mortem, as Markdown',
  access: 'viewer',
  params: ofIncident,
  answers: { 200: z.string() },
  media: 'text/markdown',
});
export const acknowledgeIncident = endpoint({
  id: 'acknowledgeIncident',
  method: 'POST',
  path: '/v1/incidents/{id}/ack',
  tag,
  summary: 'Somebody is on it',
  access: 'operator',
  params: ofIncident,
  body: saidOfIncident,
  answers: { 200: incident },
  problems: [409, 422],
});
export const resolveIncident = endpoint({
  id: 'resolveIncident',
  method: 'POST',
  path: '/v1/incidents/{id}/resolve',
  tag,
  summary: 'It is over',
  access: 'operator',
  params: ofIncident,
  body: saidOfIncident,
  answers: { 200: incident },
  problems: [409, 422],
});
export const listSilences = endpoint({
  id: 'listSilences',
  method: 'GET',
  path: '/v1/silences',
  tag,
  summary: 'What nobody is told of for a time, the newest first',
  access: 'viewer',
  query: silenceQuery,
  answers: { 200: silencePage },
});
export const makeSilence = endpoint({
  id: 'makeSilence',
  method: 'POST',
  path: '/v1/silences',
  tag,
  summary: 'Keeps people from being told of some incidents; what is done about them goes on',
  access: 'operator',
  body: newSilence,
  answers: { 201: silence },
  problems: [422],
});
export const endSilence = endpoint({
  id: 'endSilence',
  method: 'POST',
  path: '/v1/silences/{id}/end',
  tag,
  summary: 'Ends a silence now',
  access: 'operator',
  params: ofSilence,
  answers: { 200: silence },
});
