/** What the api answers. Types only: the schemas themselves would bring zod into the page. */

export type { CommandBody, CommandName } from '../../../src/api/schema/command.js';
export type { Me } from '../../../src/api/schema/common.js';
export type {
  RolloutDetail,
  RolloutPage,
  RolloutSeries,
  RolloutSummary,
} from '../../../src/api/schema/rollout.js';
export type { ServiceFlags, ServiceSummary } from '../../../src/api/schema/service.js';
