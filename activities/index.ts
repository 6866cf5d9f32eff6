import { createImpactActivities, type ImpactActivities } from './impact.js';
import { createLedgerActivities, type LedgerActivities } from './ledger.js';
import { createTrafficActivities, type TrafficActivities, type TrafficDeps } from './traffic.js';
import { createValidationActivities, type ValidationActivities, type ValidationDeps } from './validation.js';
import { createWatchActivities, type WatchActivities, type WatchDeps } from './watch.js';

export type Activities = TrafficActivities &
  WatchActivities &
  ValidationActivities &
  LedgerActivities &
  ImpactActivities;
export type ActivityDeps = TrafficDeps & WatchDeps & ValidationDeps;

/** All activities of a worker, over the drivers it was given. */
export function createActivities(deps: ActivityDeps): Activities {
  return {
    ...createTrafficActivities(deps),
    ...createWatchActivities(deps),
    ...createValidationActivities(deps),
    ...createLedgerActivities(deps),
    ...createImpactActivities(deps),
  };
}

export type { ImpactWindow } from './impact.js';
export type { LedgerEntry } from './ledger.js';
export type { Gate, WatchInput, WatchSummary } from './watch.js';
