/** What the api answers. Types only: the schemas themselves would bring zod into the page. */

export type { Problem } from '../../../src/api/problem.js';
export type { CommandAnswer, CommandBody, CommandName } from '../../../src/api/schema/command.js';
export type { Me, Role } from '../../../src/api/schema/common.js';
export type {
  DecisionPage,
  ExperimentPage,
  RolloutDetail,
  RolloutPage,
  RolloutSeries,
  RolloutSummary,
} from '../../../src/api/schema/rollout.js';
export type { ServiceFlags, ServicePage, ServiceSummary } from '../../../src/api/schema/service.js';
