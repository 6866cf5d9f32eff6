import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';

/** Quick and repeatable: tried again every second for as long as it takes. An attempt that is lost with its worker is missed after the time-out. */
export const persistent = proxyActivities<Pick<Activities, 'setTraffic' | 'record' | 'recordDecisions'>>({
  startToCloseTimeout: '6s',
  retry: { initialInterval: '1s', backoffCoefficient: 1.2, maximumInterval: '10s' },
});

/** A question to the outside whose lasting failure is an answer. */
export const limited = proxyActivities<
  Pick<
    Activities,
    | 'claimService'
    | 'newestEpoch'
    | 'takenOver'
    | 'assertServersReady'
    | 'assertBaselineReady'
    | 'verifyStart'
    | 'compareImpact'
    | 'resolveModels'
    | 'planExperiment'
  >
>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumAttempts: 3 },
});

/** Long, and alive as long as it heartbeats. The workflow does not wait for a cancelled one to notice. */
export const long = proxyActivities<Pick<Activities, 'watch' | 'watchServing' | 'validate' | 'untilFree' | 'scaleFor'>>(
  {
    startToCloseTimeout: '2h',
    heartbeatTimeout: '90s',
    retry: { initialInterval: '1s', maximumInterval: '10s' },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  },
);

/** What an impact analysis reads and does; the store may be away for a while, and each call says for how long that is borne. */
export const observing = proxyActivities<Pick<Activities, 'lookAtImpact' | 'actOnHarm' | 'endHoldback'>>({
  startToCloseTimeout: '10m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** The registry of models may be away for days as well; nothing waits for it. */
export const registrar = proxyActivities<Pick<Activities, 'moveRolloutAlias'>>({
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** After an ending, which waits for it so long and no longer. */
export const tidying = proxyActivities<Pick<Activities, 'scaleDown'>>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '10m',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** To others, who may be away for days. */
export const courier = proxyActivities<Pick<Activities, 'deliver'>>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Others are asked; how often is said by each hook. */
export const asking = proxyActivities<Pick<Activities, 'callHook' | 'confirmHook' | 'vetoHook' | 'loadTest'>>({
  startToCloseTimeout: '8d',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
  cancellationType: ActivityCancellationType.TRY_CANCEL,
});
