import type { Store } from '../ports/store.js';
import { appendObservations } from './append-observations.js';
import { armSeries, armSummaries } from './arm-counts.js';
import { featureSamples } from './evaluation.js';
import { createSqlExperiments } from './experiment.js';
import { createSqlFeedback } from './feedback.js';
import { createFreeze, freezes, liftFreeze } from './freezes.js';
import { createSqlImpactData } from './impact-data.js';
import { createSqlIncidents } from './incidents.js';
import { createSqlLogs } from './logs.js';
import { createSqlModels } from './models.js';
import { createSqlMonitorData } from './monitor-data.js';
import { createSqlMonitors } from './monitors.js';
import { feedbackSummaries, labelCounts, labelledOutcomes } from './outcomes.js';
import { createSqlReportData } from './report-data.js';
import { createSqlRolloutList } from './rollout-list.js';
import { createSqlRolloutRecord } from './rollout-record.js';
import { appendDecision, decisions, rollout, rollouts, saveRollout } from './rollouts.js';
import { latestRoute, latestRoutes, saveRoute } from './routes.js';
import { shadowSummary } from './shadow.js';
import type { SqlClient } from './sql-client.js';
import { createSqlValidations } from './validations.js';

/** The store over a database whose schema is up to date. Closing it closes the client. */
export function createSqlStore(client: SqlClient): Store {
  return {
    saveRoute: (route) => saveRoute(client, route),
    latestRoute: (service) => latestRoute(client, service),
    latestRoutes: () => latestRoutes(client),
    appendObservations: (batch) => appendObservations(client, batch),
    armSummaries: (scope) => armSummaries(client, scope),
    armSeries: (scope, intervalMs) => armSeries(client, scope, intervalMs),
    labelCounts: (scope) => labelCounts(client, scope),
    labelledOutcomes: (scope) => labelledOutcomes(client, scope),
    feedbackSummaries: (scope, kind) => feedbackSummaries(client, scope, kind),
    shadowSummary: (scope) => shadowSummary(client, scope),
    featureSamples: (scope, version, most) => featureSamples(client, scope, version, most),
    appendDecision: (decision) => appendDecision(client, decision),
    decisions: (rolloutId) => decisions(client, rolloutId),
    saveRollout: (state) => saveRollout(client, state),
    rollout: (rolloutId) => rollout(client, rolloutId),
    rollouts: (filter) => rollouts(client, filter),
    createFreeze: (freeze) => createFreeze(client, freeze),
    liftFreeze: (id, lift) => liftFreeze(client, id, lift),
    freezes: (filter) => freezes(client, filter),
    models: createSqlModels(client),
    validations: createSqlValidations(client),
    logs: createSqlLogs(client),
    monitors: createSqlMonitors(client),
    incidents: createSqlIncidents(client),
    monitorData: createSqlMonitorData(client),
    impact: createSqlImpactData(client),
    experiments: createSqlExperiments(client),
    feedback: createSqlFeedback(client),
    report: createSqlReportData(client),
    record: createSqlRolloutRecord(client),
    listed: createSqlRolloutList(client),
    ping: async () => void (await client.query('SELECT 1')),
    close: () => client.close(),
  };
}
