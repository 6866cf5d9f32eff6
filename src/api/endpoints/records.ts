import { endpoint } from '../endpoint.js';
import {
  freeze,
  freezePage,
  freezeQuery,
  lift,
  monitorHistory,
  monitorPage,
  monitorQuery,
  newFreeze,
  ofFreeze,
  ofMonitor,
  ofValidation,
  readingQuery,
  validation,
  validationPage,
  validationQuery,
} from '../schema/record.js';

export const listFreezes = endpoint({
  id: 'listFreezes',
  method: 'GET',
  path: '/v1/freezes',
  tag: 'freezes',
  summary: 'Stops of forward moves, the newest first',
  access: 'viewer',
  query: freezeQuery,
  answers: { 200: freezePage },
});
export const makeFreeze = endpoint({
  id: 'makeFreeze',
  method: 'POST',
  path: '/v1/freezes',
  tag: 'freezes',
  summary: 'Stops all forward moves of the services in its scope',
  access: 'operator',
  body: newFreeze,
  answers: { 201: freeze },
  problems: [422],
});
export const liftFreeze = endpoint({
  id: 'liftFreeze',
  method: 'POST',
  path: '/v1/freezes/{id}/lift',
  tag: 'freezes',
  summary: 'Ends a freeze before its time',
  access: 'operator',
  params: ofFreeze,
  body: lift,
  answers: { 200: freeze },
  problems: [409, 422],
});
export const listMonitors = endpoint({
  id: 'listMonitors',
  method: 'GET',
  path: '/v1/monitors',
  tag: 'monitors',
  summary: 'The newest reading of each monitor',
  access: 'viewer',
  query: monitorQuery,
  answers: { 200: monitorPage },
});
export const getMonitor = endpoint({
  id: 'getMonitor',
  method: 'GET',
  path: '/v1/monitors/{service}/{monitor}',
  tag: 'monitors',
  summary: 'The newest reading of a monitor, whole, and those before it in one line each',
  access: 'viewer',
  params: ofMonitor,
  query: readingQuery,
  answers: { 200: monitorHistory },
});
export const forgetMonitor = endpoint({
  id: 'forgetMonitor',
  method: 'DELETE',
  path: '/v1/monitors/{service}/{monitor}',
  tag: 'monitors',
  summary: 'Drops all that is kept of a monitor; its incidents stay',
  access: 'admin',
  params: ofMonitor,
  answers: { 204: null },
});
export const listValidations = endpoint({
  id: 'listValidations',
  method: 'GET',
  path: '/v1/validations',
  tag: 'validations',
  summary: 'Validation suites of a service, the newest first',
  access: 'viewer',
  query: validationQuery,
  answers: { 200: validationPage },
});
export const getValidation = endpoint({
  id: 'getValidation',
  method: 'GET',
  path: '/v1/validations/{id}',
  tag: 'validations',
  summary: 'One run of a suite',
  access: 'viewer',
  params: ofValidation,
  answers: { 200: validation },
});
