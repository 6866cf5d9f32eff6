import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { CommandSink } from '../client/command-sink.js';
import { createAlertDesk } from '../incidents/alert-desk.js';
import type { AlertSink } from '../ports/alert-sink.js';
import type { ModelRegistry } from '../ports/model-registry.js';
import type { Store } from '../ports/store.js';
import { reportDataOf } from '../report/report-data-of.js';
import { type AccessLine, addAccessLog } from './access-log.js';
import { alertRoutes } from './alerts.js';
import type { AuthSettings } from './auth/authenticate.js';
import { addGuard } from './auth/guard.js';
import type { RateLimits } from './auth/rate-limit.js';
import { commandRoutes, type ForceRollback } from './commands.js';
import { documentRoutes } from './document.js';
import { methodsAt } from './endpoints/methods-at.js';
import { feedbackRoutes } from './feedback.js';
import { forcedRollbackRoutes } from './forced-rollbacks.js';
import { freezeRoutes } from './freezes.js';
import { healthRoutes } from './health.js';
import { incidentRoutes } from './incidents.js';
import { eventRoutes, type LiveOptions } from './live/events.js';
import { logRoutes } from './logs.js';
import { measurementRoutes } from './measurements.js';
import { metricsRoutes } from './metrics.js';
import { modelRoutes } from './models.js';
import { monitorRoutes } from './monitors.js';
import { observationRoutes } from './observations.js';
import { pageRoutes } from './page.js';
import { answerProblems } from './problem.js';
import { reportRoutes } from './reports.js';
import { rolloutRoutes, type WebUi } from './rollouts.js';
import { addSecurityHeaders } from './security-headers.js';
import { serviceRoutes } from './services.js';
import { validationRoutes } from './validations.js';

export interface ApiDeps {
  readonly store: Store;
  /** The token of whoever may do all; without any token all is taken, on loopback only. */
  readonly adminToken?: string | null;
  /** Further tokens and an issuer of some: with either, nobody reads without one. */
  readonly auth?: AuthSettings;
  /** Where alerts go; without one none are taken. */
  readonly alerts?: AlertSink | null;
  /** What alerts must bring; without it they are taken on loopback only, and only where nobody else brings a token. */
  readonly alertToken?: string | null;
  /** Where commands go; without one each is answered 503. */
  readonly commands?: CommandSink | null;
  /** Rolls back past Temporal; without one that is refused. */
  readonly force?: ForceRollback | null;
  /** Default: the store's own. */
  readonly models?: ModelRegistry;
  /** For links to histories. */
  readonly webUi?: WebUi | null;
  readonly live?: LiveOptions;
  readonly limits?: RateLimits;
  /** Holds answers to their schemas: for tests. */
  readonly checksAnswers?: boolean;
  /** One line an answer. */
  readonly accessLog?: (line: AccessLine) => void;
  /** What a person should see: refusals that are ours to mend. Silent where there is none. */
  readonly logger?: FastifyBaseLogger;
}

const LARGEST_BODY_BYTES = 1024 * 1024;
/** Until a request is there whole: nobody holds a connection by dripping bytes. */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * The HTTP API and the collector, not yet listening. The store stays the caller's to close.
 * @throws {SluiceError} USAGE for tokens that are too short
 */
export function createApi(deps: ApiDeps): FastifyInstance {
  const { store, adminToken = null, alertToken = null, logger, limits } = deps;
  const server = Fastify({
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    // Its lines have the whole address, with what people search for; `accessLog` has not.
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger === undefined ? {} : { loggerInstance: logger }),
  });
  server.decorate('checksAnswers', deps.checksAnswers === true);
  if (deps.accessLog !== undefined) addAccessLog(server, deps.accessLog);
  answerProblems(server, methodsAt);
  addSecurityHeaders(server);
  const { auth = { tokens: null, oidc: null } } = deps;
  addGuard(server, { ...auth, adminToken, alertToken, limits });
  metricsRoutes(server, store);
  addRoutes(server, deps);
  return server;
}

function addRoutes(server: FastifyInstance, deps: ApiDeps): void {
  const { store, alerts = null, commands = null, force = null, models = store.models, webUi = null } = deps;
  healthRoutes(server, store);
  documentRoutes(server);
  observationRoutes(server, store);
  rolloutRoutes(server, store, webUi);
  measurementRoutes(server, store, reportDataOf(store));
  commandRoutes(server, { store, commands, force });
  serviceRoutes(server, store);
  eventRoutes(server, store.listed, deps.live ?? {});
  forcedRollbackRoutes(server, store);
  freezeRoutes(server, store);
  modelRoutes(server, models);
  validationRoutes(server, store.validations);
  logRoutes(server, store);
  feedbackRoutes(server, store);
  reportRoutes(server, reportDataOf(store));
  monitorRoutes(server, store);
  incidentRoutes(server, store);
  pageRoutes(server);
  if (alerts !== null) alertRoutes(server, createAlertDesk({ incidents: store.incidents, sink: alerts }));
}
