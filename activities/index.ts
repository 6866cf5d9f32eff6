import { createExperimentActivities, type ExperimentActivities, type ExperimentDeps } from './experiment.js';
import { createFreezeActivities, type FreezeActivities } from './freezes.js';
import { createHookActivities, type HookActivities, type HookDeps } from './hooks.js';
import { createIdentityActivities, type IdentityActivities, type IdentityDeps } from './identity.js';
import { createImpactActivities, type ImpactActivities, type ImpactDeps } from './impact.js';
import { createLedgerActivities, type LedgerActivities } from './ledger.js';
import { createModelActivities, type ModelActivities, type ModelDeps } from './models.js';
import { createMonitorActivities, type MonitorActivities, type MonitorActivityDeps } from './monitors.js';
import { createNotifyActivities, type NotifyActivities, type NotifyDeps } from './notify.js';
import { createQueueActivities, type QueueActivities, type QueueDeps } from './queue.js';
import { createScalingActivities, type ScalingActivities, type ScalingDeps } from './scaling.js';
import { createServingActivities, type ServingActivities } from './serving.js';
import { createTrafficActivities, type TrafficActivities, type TrafficDeps } from './traffic.js';
import { createValidationActivities, type ValidationActivities, type ValidationDeps } from './validation.js';
import { createWatchActivities, type WatchActivities, type WatchDeps } from './watch.js';

export type Activities = TrafficActivities &
  WatchActivities &
  ValidationActivities &
  LedgerActivities &
  ServingActivities &
  FreezeActivities &
  ImpactActivities &
  NotifyActivities &
  ModelActivities &
  HookActivities &
  IdentityActivities &
  QueueActivities &
  MonitorActivities &
  ExperimentActivities &
  ScalingActivities;
export type ActivityDeps = TrafficDeps &
  WatchDeps &
  ValidationDeps &
  NotifyDeps &
  HookDeps &
  IdentityDeps &
  QueueDeps &
  ModelDeps &
  MonitorActivityDeps &
  ExperimentDeps &
  ImpactDeps &
  ScalingDeps;

/** All activities of a worker, over the drivers it was given. */
export function createActivities(deps: ActivityDeps): Activities {
  return {
    ...createTrafficActivities(deps),
    ...createWatchActivities(deps),
    ...createValidationActivities(deps),
    ...createLedgerActivities(deps),
    ...createServingActivities(deps),
    ...createImpactActivities(deps),
    ...createNotifyActivities(deps),
    ...createHookActivities(deps),
    ...createFreezeActivities({ store: deps.store }),
    ...createIdentityActivities(deps),
    ...createQueueActivities(deps),
    ...createModelActivities(deps),
    ...createMonitorActivities(deps),
    ...createScalingActivities(deps),
    ...createExperimentActivities(deps),
  };
}

export type { FreezeQuestion } from './freezes.js';
export type { HookCall, LoadTestResult } from './hooks.js';

export type { Gate } from './look.js';

export type { QueueActivities } from './queue.js';
export type { ScalingInput, ScalingResult } from './scaling.js';
export type { LateLabels } from './serving.js';
export type { WatchInput, WatchSummary } from './watch.js';
