import type { Migration } from '../migrate.js';
import { routesAndRollouts } from './001-routes-and-rollouts.js';
import { observations } from './002-observations.js';
import { whatGatewaysSee } from './003-what-gateways-see.js';
import { freezes } from './004-freezes.js';
import { models } from './005-models.js';
import { validations } from './006-validations.js';
import { logs } from './007-logs.js';
import { monitorsAndIncidents } from './008-monitors-incidents.js';
import { experiments } from './009-experiments.js';
import { feedback } from './010-feedback.js';
import { impact } from './011-impact.js';
import { rolloutRecord } from './012-rollout-record.js';
import { rolloutList } from './013-rollout-list.js';
import { noSquaresOfPairs } from './014-no-squares-of-pairs.js';

/** In order. What has been released is never edited: a change of the schema is a new migration. */
export const MIGRATIONS: readonly Migration[] = [
  routesAndRollouts,
  observations,
  whatGatewaysSee,
  freezes,
  models,
  validations,
  logs,
  monitorsAndIncidents,
  experiments,
  feedback,
  impact,
  rolloutRecord,
  rolloutList,
  noSquaresOfPairs,
];
