/** `import { SluiceClient } from 'sluice'`: the api's typed client. Types only come from elsewhere, so that a page carries these files and no other. */
export type { Problem, ProblemIssue } from '../api/problem.js';
export type { CommandAnswer, CommandBody, CommandName, PlanBody, StartBody } from '../api/schema/command.js';
export type { Me, Role } from '../api/schema/common.js';
export type { LiveEvent } from '../api/schema/event.js';
export type {
  DecisionPage,
  ExperimentPage,
  RolloutDetail,
  RolloutPage,
  RolloutSeries,
  RolloutSummary,
} from '../api/schema/rollout.js';
export type { ServiceFlags, ServicePage, ServiceSummary } from '../api/schema/service.js';
export { everyOf, type RolloutQuery, SluiceClient } from './client.js';
export { SluiceApiError } from './errors.js';
export type { FollowOptions } from './events.js';
export type { CallOptions, ClientOptions } from './http.js';
