import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { createAlertDesk } from '../incidents/alert-desk.js';
import type { AlertSink } from '../ports/alert-sink.js';
import type { ModelRegistry } from '../ports/model-registry.js';
import type { Store } from '../ports/store.js';
import { reportDataOf } from '../report/report-data-of.js';
import { alertRoutes } from './alerts.js';
import { feedbackRoutes } from './feedback.js';
import { forcedRollbackRoutes } from './forced-rollbacks.js';
import { freezeRoutes } from './freezes.js';
import { createGuard } from './guard.js';
import { healthRoutes } from './health.js';
import { incidentRoutes } from './incidents.js';
import { logRoutes } from './logs.js';
import { metricsRoutes } from './metrics.js';
import { modelRoutes } from './models.js';
import { monitorRoutes } from './monitors.js';
import { observationRoutes } from './observations.js';
import { answerProblems } from './problem.js';
import { reportRoutes } from './reports.js';
import { rolloutRoutes } from './rollouts.js';
import { wantedRoutes } from './routes.js';
import { validationRoutes } from './validations.js';

export interface ApiDeps {
  readonly store: Store;
  /** What commands must bring; without one they are taken on loopback only. */
  readonly adminToken?: string | null;
  /** Where alerts go; without one none are taken. */
  readonly alerts?: AlertSink | null;
  /** What alerts must bring; without one they are taken on loopback only. */
  readonly alertToken?: string | null;
  /** Default: the store's own. */
  readonly models?: ModelRegistry;
  /** Silent where there is none. */
  readonly logger?: FastifyBaseLogger;
}

/** The HTTP API and the collector, not yet listening. The store stays the caller's to close. */
export function createApi({
  store,
  adminToken = null,
  alerts = null,
  alertToken = null,
  models = store.models,
  logger,
}: ApiDeps): FastifyInstance {
  const server = Fastify(logger === undefined ? {} : { loggerInstance: logger });
  const guard = createGuard(server, adminToken);
  answerProblems(server);
  metricsRoutes(server, store);
  healthRoutes(server, store);
  observationRoutes(server, store);
  rolloutRoutes(server, store);
  wantedRoutes(server, store);
  forcedRollbackRoutes(server, store, guard);
  freezeRoutes(server, store, guard);
  modelRoutes(server, models, guard);
  validationRoutes(server, store.validations);
  logRoutes(server, store, guard);
  feedbackRoutes(server, store, guard);
  reportRoutes(server, reportDataOf(store));
  monitorRoutes(server, store, guard);
  incidentRoutes(server, store, guard);
  if (alerts === null) return server;
  const desk = createAlertDesk({ incidents: store.incidents, sink: alerts });
  alertRoutes(server, desk, createGuard(server, alertToken, 'SLUICE_ALERT_TOKEN'));
  return server;
}
