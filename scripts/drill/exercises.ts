import { candidateFails } from './faults/candidate-fails.js';
import { gatewayKilled } from './faults/gateway-killed.js';
import { notifierDown } from './faults/notifier-down.js';
import { oldRoute } from './faults/old-route.js';
import { racingStarters } from './faults/racing-starters.js';
import { storeStopped } from './faults/store-stopped.js';
import { temporalKilled } from './faults/temporal-killed.js';
import { workerKilled } from './faults/worker-killed.js';
import { workerKilledBetweenRuns } from './faults/worker-killed-between-runs.js';
import { workerKilledInRollback } from './faults/worker-killed-in-rollback.js';
import { workersGone } from './faults/workers-gone.js';
import { workflowTerminated } from './faults/workflow-terminated.js';
import type { Exercise } from './finding.js';

/** In the order they are run, on one installation. */
export const EXERCISES: readonly Exercise[] = [
  workerKilled,
  workerKilledInRollback,
  workerKilledBetweenRuns,
  workersGone,
  temporalKilled,
  workflowTerminated,
  storeStopped,
  gatewayKilled,
  notifierDown,
  oldRoute,
  racingStarters,
  candidateFails,
];
